using Learngene.Jobs;
using Learngene.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.TestingHost;

namespace Learngene.Grains.Tests;

/// <summary>A silo in this process on SQLite, with a filter that sees every call of a grain; it knows the images as <c>fashion</c>.</summary>
internal sealed class FilteredSilo : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-filtered-").FullName;
    private readonly InProcessTestCluster _cluster;

    private FilteredSilo(IIncomingGrainCallFilter filter)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddSqliteGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, o => o.Path = Path.Combine(_directory, "state.db"));
            silo.AddLearngene(new() { WeightsDirectory = Path.Combine(_directory, "weights"), FederationsDirectory = Path.Combine(_directory, "federations"), Threads = 1 });
            silo.Services.AddSingleton(filter);
        });
        _cluster = builder.Build();
    }

    public IClusterClient Client => _cluster.Client;

    public static async Task<FilteredSilo> StartAsync(IIncomingGrainCallFilter filter)
    {
        var silo = new FilteredSilo(filter);
        await silo._cluster.DeployAsync();
        await silo.Job("data").Start(new() { Kind = JobKind.AddData, Name = "fashion", Path = SiloFixture.Images, Settings = "{}" });
        await silo.UntilAsync("data", s => s.State == JobState.Completed);
        return silo;
    }

    public ITransformationJobGrain Job(string id) => Client.GetGrain<ITransformationJobGrain>(id);

    /// <summary>Watches a job, which must not fail, until something holds of it.</summary>
    public async Task<JobStatus> UntilAsync(string id, Func<JobStatus, bool> holds)
    {
        var status = await Job(id).Get();
        while (!holds(status))
        {
            Assert.NotEqual(JobState.Failed, status.State);
            status = await Job(id).Watch(status.Revision);
        }
        return status;
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
