using Learngene.Grains.Scheduling;
using Learngene.Jobs;
using Learngene.Scheduling;
using Orleans.Runtime.Placement;

namespace Learngene.Grains.Jobs;

/// <summary>Getting a device from the job's pool, and going to the silo that has it.</summary>
internal sealed partial class TransformationJobGrain
{
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _waiting, _device; // why it waits; what it has

    public Task<bool> Wake()
    {
        _woken.TrySetResult();
        return Task.FromResult(Record is { Spec: not null, State: JobState.Queued, Outcome: null });
    }

    // The name of this silo's device that the job has, after as long as it takes; null where the job needs none of its own. Where the device is
    // another silo's, the job goes there, and this activation ends while it waits here.
    private async Task<string?> DeviceAsync(JobRun run)
    {
        if (DeviceTurn.Request(Id, Record) is not { } request) return null;
        while (true)
        {
            _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var placement = await Outage.OutlastAsync(() => Pool(request.Need).Ask(request, silo.SiloAddress), () => !run.Token.IsCancellationRequested, time);
            run.Token.ThrowIfCancellationRequested();
            _waiting = placement.Waiting;
            _device = placement.Silo is { } has ? $"{placement.Device} of {has.Endpoint}" : null;
            if (placement.Silo == silo.SiloAddress) return placement.Device;
            if (placement.Silo is { } there) MoveTo(there);
            Show(); // those who look on let go, so that a job that moves need not wait for them
            await Task.WhenAny(_woken.Task, Task.Delay(DeviceTurn.AskAgain, time, run.Token));
        }
    }

    private void MoveTo(SiloAddress there)
    {
        LogMoves(log, Id, there);
        RequestContext.Set(IPlacementDirector.PlacementHintKey, there);
        this.MigrateOnIdle();
        RequestContext.Remove(IPlacementDirector.PlacementHintKey);
    }

    private Task LeavePoolAsync() => DeviceTurn.Request(Id, Record) is { } request ? Pool(request.Need).Leave(Id) : Task.CompletedTask;

    private IPoolGrain Pool(DeviceNeed need) => GrainFactory.GetGrain<IPoolGrain>(need.Pool);
}
