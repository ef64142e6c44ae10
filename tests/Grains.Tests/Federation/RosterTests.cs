using Learngene.Clients;
using Learngene.Grains.Clients;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Learngene.Grains.Tests.Federation;

/// <summary>The names of a federation's clients.</summary>
[Collection(OneSilo.Name)]
public sealed class RosterTests(SiloFixture silo)
{
    [Fact(Timeout = 120_000)]
    public async Task A_shard_of_many_is_whole_and_written_no_longer_than_one_of_few()
    {
        const int Clients = 10_000; // two deep in parts
        string key = $"roster/{Guid.NewGuid():N}/7";
        var shard = silo.Grains.GetGrain<IRosterGrain>(key);
        string[] names = [.. Enumerable.Range(0, Clients).Select(i => $"client-{i}")];
        foreach (string[] some in names.Chunk(64)) await Task.WhenAll(some.Select((name, i) => shard.Put(name, new(0, 10, false))));
        await shard.Put(names[3], new(1, 10, false)); // one of the first, and one of the last
        await shard.Put(names[^3], new(1, 10, false));
        await shard.Remove(names[5]);
        await shard.Remove(names[^5]);
        await shard.Put(names[5], new(2, 10, false)); // comes back

        var all = await shard.List();
        Assert.Equal(names.Except([names[^5]]).Order(), all.Keys.Order());
        Assert.Equal([1, 1, 2], new[] { names[3], names[^3], names[5] }.Select(n => all[n].Cohort));
        Assert.All(await Task.WhenAll(new[] { key, $"{key}.0", $"{key}.15" }.Select(WrittenAsync)), r => Assert.InRange(r.Clients.Count, 200, RosterGrain.Most));
    }

    private async Task<RosterRecord> WrittenAsync(string key)
    {
        var state = new GrainState<RosterRecord>();
        await silo.Silo.Services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
            .ReadStateAsync("roster", silo.Grains.GetGrain<IRosterGrain>(key).GetGrainId(), state);
        return state.State ?? new();
    }
}
