using Learngene.Jobs;
using Learngene.Learngenes;

namespace Learngene.Grains.Tests.Scheduling;

/// <summary>A device is free as soon as the arithmetic is done and its outcome is written down, however long it takes to make that known.</summary>
public sealed class HandOnTests
{
    [Fact(Timeout = 120_000)]
    public async Task The_next_job_is_at_work_while_the_last_one_is_published()
    {
        var slow = new SlowPublishing();
        await using var silo = await FilteredSilo.StartAsync(slow);
        await silo.Job("first").Start(Training("hand-on/first"));
        await slow.Arrived; // its outcome is written down
        await silo.Job("second").Start(Training("hand-on/second"));
        await silo.UntilAsync("second", s => s.State == JobState.Running);
        Assert.Equal(JobState.Running, (await silo.Job("first").Get()).State);
        Assert.Equal(0, slow.Visits); // and not because the pool asked whether the device is still wanted
        slow.GoOn();
        foreach (string job in (string[])["first", "second"]) Assert.Equal(1, (await silo.UntilAsync(job, s => s.State == JobState.Completed)).Result!.Version);
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
