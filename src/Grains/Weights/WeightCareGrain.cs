using Orleans.Concurrency;

namespace Learngene.Grains.Weights;

/// <summary>A piece of work on all weights: off the turn, looked at a few times a second.</summary>
[Reentrant]
internal sealed class WeightCareGrain(IWeightStore store, IWeightPlaces places, WeightReferences references, TimeProvider time) : Grain, IWeightCareGrain
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250), s_longPoll = TimeSpan.FromSeconds(15);
    private WeightCareRun? _run;
    private WeightCareStatus _status = new();
    private IGrainTimer? _timer;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<WeightCareStatus> Run(WeightCare work, long revision)
    {
        if (_run is null) Begin(work);
        else if (_run.Work != work) throw new RefusedException($"'{this.GetPrimaryKeyString()}' is other work; choose another id.");
        if (revision == _status.Revision)
            try
            {
                await _changed.Task.WaitAsync(s_longPoll, time);
            }
            catch (TimeoutException)
            {
                // Nothing new: say so.
            }
        return _status;
    }

    public Task Cancel()
    {
        _run?.Cancel();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Cancel();

    private void Begin(WeightCare work)
    {
        if (work.Kind == WeightCareKind.Copy && string.IsNullOrWhiteSpace(work.To)) throw new RefusedException("a copy needs a place: a directory, or s3://bucket/prefix.");
        var run = _run = new(store, work.Kind == WeightCareKind.Copy ? places.Open(work.To!) : null, references, time, work);
        _status = new() { Revision = time.GetUtcNow().UtcTicks };
        var running = Task.Run(run.RunAsync);
        _timer = this.RegisterGrainTimer(async _ =>
        {
            bool ended = running.IsCompleted;
            var now = ended ? await running : run.Status;
            if (!ended && now.FilesDone == _status.FilesDone && now.Files == _status.Files && now.Changed == _status.Changed) return;
            _status = now with { Revision = _status.Revision + 1 };
            var changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
            if (!ended) return;
            run.Dispose();
            _timer?.Dispose();
        }, new GrainTimerCreationOptions(s_look, s_look) { KeepAlive = true });
    }
}
