using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.TestingHost;

namespace Learngene.Grains.Tests.Scheduling;

/// <summary>A device is free as soon as the arithmetic is done and its outcome is written down, however long it takes to make that known.</summary>
public sealed class HandOnTests
{
    [Fact(Timeout = 120_000)]
    public async Task The_next_job_is_at_work_while_the_last_one_is_published()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-hand-on-").FullName;
        try
        {
            var slow = new SlowPublishing();
            var builder = new InProcessTestClusterBuilder(1);
            builder.ConfigureSilo((_, silo) =>
            {
                silo.AddSqliteGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, o => o.Path = Path.Combine(directory, "state.db"));
                silo.AddLearngene(new() { WeightsDirectory = Path.Combine(directory, "weights"), FederationsDirectory = Path.Combine(directory, "federations"), Threads = 1 });
                silo.Services.AddSingleton<IIncomingGrainCallFilter>(slow);
            });
            await using var cluster = builder.Build();
            await cluster.DeployAsync();
            await StartAsync("data", new() { Kind = JobKind.AddData, Name = "fashion", Path = SiloFixture.Images, Settings = "{}" });
            await UntilAsync("data", s => s.State == JobState.Completed);

            await StartAsync("first", Training("hand-on/first"));
            await slow.Arrived; // its outcome is written down
            await StartAsync("second", Training("hand-on/second"));
            await UntilAsync("second", s => s.State == JobState.Running);
            Assert.Equal(JobState.Running, (await Job("first").Get()).State);
            Assert.Equal(0, slow.Visits); // and not because the pool asked whether the device is still wanted
            slow.GoOn();
            foreach (string job in (string[])["first", "second"]) Assert.Equal(1, (await UntilAsync(job, s => s.State == JobState.Completed)).Result!.Version);

            ITransformationJobGrain Job(string id) => cluster.Client.GetGrain<ITransformationJobGrain>(id);
            Task StartAsync(string id, JobSpec spec) => Job(id).Start(spec);
            async Task<JobStatus> UntilAsync(string id, Func<JobStatus, bool> holds)
            {
                var status = await Job(id).Get();
                while (!holds(status))
                {
                    Assert.NotEqual(JobState.Failed, status.State);
                    status = await Job(id).Watch(status.Revision);
                }
                return status;
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static JobSpec Training(string name) =>
        new() { Kind = JobKind.Train, Name = name, Data = "fashion", Settings = SiloFixture.Small().ToSettings(("width", 16), ("depth", 2), ("patch", 7)) };

    // Holds all versions that are published until they are let go, and counts what the pool asks the first job meanwhile.
    private sealed class SlowPublishing : IIncomingGrainCallFilter
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously), _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private int _visits;

        public Task Arrived => _arrived.Task;

        public int Visits => Volatile.Read(ref _visits);

        public void GoOn() => _goOn.TrySetResult();

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceMethod.Name == nameof(ILearngeneRepositoryGrain.Publish))
            {
                _arrived.TrySetResult();
                await _goOn.Task;
            }
            if (context.InterfaceMethod.Name == nameof(ITransformationJobGrain.Wake) && context.TargetId.Key.ToString() == "first" && Arrived.IsCompleted) Interlocked.Increment(ref _visits);
            await context.Invoke();
        }
    }
}
