using Learngene.Grains.Compute;
using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs;

/// <summary>
/// One attempt at a job, between the lane's thread, which reports into it, and the grain, which looks at <see cref="Latest"/> a few times
/// a second. The interval between checkpoints grows with what one costs, so that they stay under 2 % of the time.
/// </summary>
internal sealed class JobRun(string owner, IWeightStore store, TimeProvider time, TimeSpan leastInterval) : ITrainingWatcher
{
    private const double CheckpointShare = 0.02;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30), s_look = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _cancel = new();
    private readonly long _made = time.GetTimestamp();
    private LaneTurn? _turn;
    private long _began, _lastCheckpoint, _firstStep = -1;
    private TimeSpan _interval; // of the last checkpoint's cost; never below leastInterval
    private volatile bool _suspend;
    private volatile JobSnapshot _latest = new();

    public JobSnapshot Latest => _latest;
    public string Owner => owner;
    public CancellationToken Token => _cancel.Token;
    public bool Suspending => _suspend;

    /// <summary>How long ago this attempt was begun: the time that it waits for a device and its lane, until it has them.</summary>
    public TimeSpan Age => time.GetElapsedTime(_made);

    /// <summary>How long this attempt has been on the lane.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>Stops the work at its next breath.</summary>
    public void Cancel() => _cancel.Cancel();

    /// <summary>Lets the work write a checkpoint, then stops it.</summary>
    public void Suspend()
    {
        _suspend = true;
        if (_turn is null) _cancel.Cancel(); // it has not begun
    }

    /// <summary>Begins work that is on a lane only now and then.</summary>
    public void Begin()
    {
        _began = time.GetTimestamp();
        _latest = _latest with { Started = true };
    }

    /// <summary>Such work comes to a lane, or (null) leaves it. While it is on none, suspending stops it.</summary>
    public void Visit(LaneTurn? turn)
    {
        _turn = turn;
        if (turn is null && _suspend) _cancel.Cancel();
    }

    /// <summary>Progress of such work; <paramref name="first"/> is the step it began with.</summary>
    public void OnRounds(long first, long step, long steps, Dictionary<string, double> metrics)
    {
        if (step > first) metrics["secondsLeft"] = Elapsed.TotalSeconds / (step - first) * (steps - step);
        _latest = _latest with { Step = step, Steps = steps, Metrics = metrics };
    }

    public void Begin(LaneTurn turn)
    {
        _turn = turn;
        _began = _lastCheckpoint = time.GetTimestamp();
        _latest = _latest with { Started = true };
    }

    public void Breathe()
    {
        if (_suspend && (_latest.CheckpointStep == _latest.Step || _firstStep < 0)) _cancel.Cancel();
        _turn!.Breathe();
    }

    public bool CheckpointDue => _suspend || time.GetElapsedTime(_lastCheckpoint) >= (_interval > leastInterval ? _interval : leastInterval);

    public void OnStep(TrainingProgress p)
    {
        if (_firstStep < 0) _firstStep = p.Step - 1;
        double seconds = time.GetElapsedTime(_began).TotalSeconds, perStep = seconds / (p.Step - _firstStep);
        var metrics = new Dictionary<string, double> { ["loss"] = p.Loss, ["learningRate"] = p.LearningRate, ["secondsLeft"] = perStep * (p.Steps - p.Step) };
        if (p.History.LastOrDefault(e => e.Accuracy is not null)?.Accuracy is { } accuracy) metrics["accuracy"] = accuracy;
        _latest = _latest with { Step = p.Step, Steps = p.Steps, Metrics = metrics, Epochs = p.History };
    }

    /// <summary>Progress of an evaluation, in images.</summary>
    public void OnImages(int done, int of) => _latest = _latest with { Step = done, Steps = of };

    /// <summary>A phase before the last is done: what it gave is a version of its own.</summary>
    public void OnPhase(JobOutcome outcome) => _latest = _latest with { Phases = [.. _latest.Phases, outcome] };

    public void OnCheckpoint(long step, Action<Stream> write)
    {
        long start = time.GetTimestamp();
        try
        {
            var reference = store.Put(write);
            _interval = time.GetElapsedTime(start) / CheckpointShare;
            _latest = _latest with { Checkpoint = reference, CheckpointStep = step, Trouble = null };
        }
        catch (IOException e) when (e.IsDiskFull())
        {
            // The one before is as good, if a little older; the training need not end for want of a newer one.
            _latest = _latest with { Trouble = JobError.Clean($"the disk is full, so there is no checkpoint since step {_latest.CheckpointStep}. ({e.Message})") };
            if (_suspend) _cancel.Cancel();
        }
        _lastCheckpoint = time.GetTimestamp();
    }

    /// <summary>Does what needs room on the disk; where there is none, waits a while for somebody to make some.</summary>
    /// <exception cref="IOException">There still is none.</exception>
    /// <exception cref="OperationCanceledException">It is not to go on here.</exception>
    public T WithRoom<T>(Func<T> work)
    {
        long began = time.GetTimestamp();
        while (true)
            try
            {
                var done = work();
                if (_latest.Trouble is not null) _latest = _latest with { Trouble = null };
                return done;
            }
            catch (IOException e) when (e.IsDiskFull() && time.GetElapsedTime(began) < s_patience)
            {
                _latest = _latest with { Trouble = JobError.Clean($"the disk is full; the job waits a while for room on it. ({e.Message})") };
                if (_suspend) throw new OperationCanceledException("the silo stops.", e);
                _cancel.Token.WaitHandle.WaitOne(s_look);
                _turn!.ThrowIfStopped();
            }
    }
}

/// <summary>What a run has reported so far.</summary>
internal sealed record JobSnapshot
{
    public bool Started { get; init; }
    public long Step { get; init; }
    public long Steps { get; init; }
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
    public IReadOnlyList<EpochResult> Epochs { get; init; } = [];
    public WeightRef? Checkpoint { get; init; }
    public long CheckpointStep { get; init; }
    public IReadOnlyList<JobOutcome> Phases { get; init; } = [];
    public string? Trouble { get; init; }
}
