using Learngene.Data;
using Learngene.Federation;
using Learngene.Jobs;
using Learngene.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Learngene.Grains.Tests.Federation;

/// <summary>A call of a hosted client that is lost with its connection costs a round time and no contribution.</summary>
public sealed class LostCallTests
{
    [Fact(Timeout = 120_000)]
    public async Task A_hosted_client_whose_call_is_lost_is_asked_again_and_its_contribution_counts()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-lost-").FullName;
        try
        {
            var lost = new LostCalls(2);
            var builder = new InProcessTestClusterBuilder(1);
            builder.ConfigureSilo((_, silo) =>
            {
                silo.AddSqliteGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, o => o.Path = Path.Combine(directory, "state.db"));
                silo.AddLearngene(new() { WeightsDirectory = Path.Combine(directory, "weights"), FederationsDirectory = Path.Combine(directory, "federations"), Threads = 1 });
                silo.Services.AddSingleton<IIncomingGrainCallFilter>(lost);
            });
            await using var cluster = builder.Build();
            await cluster.DeployAsync();
            await cluster.Client.GetGrain<ITransformationJobGrain>("data").Start(new() { Kind = JobKind.AddData, Name = "fashion", Path = SiloFixture.Images, Settings = "{}" });
            for (var job = await Job(0); job.State != JobState.Completed; job = await Job(job.Revision)) Assert.NotEqual(JobState.Failed, job.State);

            var federation = cluster.Client.GetGrain<IFederationGrain>("lost");
            var status = await federation.Start(Specifications.Small("lost", rounds: 2));
            while (status.State is not (FederationState.Completed or FederationState.Failed)) status = await federation.Watch(status.Revision);

            Assert.Equal(FederationState.Completed, status.State);
            Assert.Equal(0, lost.Left);
            var rounds = await federation.History(0);
            Assert.Equal([3, 3], rounds.Select(r => r.Clients.Count));
            Assert.Empty(rounds.SelectMany(r => r.Dropped));

            Task<JobStatus> Job(long revision) => cluster.Client.GetGrain<ITransformationJobGrain>("data").Watch(revision);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // Loses what clients ask their federation first in a round, so many times.
    private sealed class LostCalls(int most) : IIncomingGrainCallFilter
    {
        private int _left = most;

        public int Left => Math.Max(0, Volatile.Read(ref _left));

        public Task Invoke(IIncomingGrainCallContext context) =>
            context.InterfaceMethod.Name == nameof(IFederationGrain.Terms) && context.SourceId is { } source && source.ToString().Contains("client", StringComparison.OrdinalIgnoreCase)
            && Interlocked.Decrement(ref _left) >= 0
                ? throw new SiloUnavailableException("the connection was reset")
                : context.Invoke();
    }
}
