using Learngene.Silo.Storage;
using Orleans.Providers;
using Orleans.TestingHost;

namespace Learngene.Grains.Tests.Storage;

[Alias("learngene.tests.counter")]
public interface ICounterGrain : IGrainWithStringKey
{
    [Alias("Add")]
    Task<long> Add(long number);
}

internal sealed class CounterGrain([PersistentState("count")] IPersistentState<TestState> state) : Grain, ICounterGrain
{
    public async Task<long> Add(long number)
    {
        state.State = state.State with { Number = state.State.Number + number };
        await state.WriteStateAsync();
        return state.State.Number;
    }
}

public sealed class SiloStorageTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_silo_finds_the_state_another_one_left()
    {
        var directory = Directory.CreateTempSubdirectory("storage-");
        for (var silo = 1; silo <= 2; silo++)
        {
            var builder = new InProcessTestClusterBuilder(1);
            builder.ConfigureSilo((_, b) => b.AddSqliteGrainStorage(
                ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, o => o.Path = Path.Combine(directory.FullName, "state.db")));
            await using var cluster = builder.Build();
            await cluster.DeployAsync();
            Assert.Equal(silo * 5, await cluster.Client.GetGrain<ICounterGrain>("a").Add(5));
        }

        directory.Delete(recursive: true);
    }
}
