using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Learngenes;
using Microsoft.Extensions.Logging;

namespace Learngene.Grains.Jobs;

/// <summary>
/// One job. What must survive is in the record and written before it is shown; progress is what the run says, and lost with the process.
/// A record that says queued is work to go on with: whoever activates the grain, a caller or the silo's start, sets it going.
/// </summary>
internal sealed partial class TransformationJobGrain(
    [PersistentState("job")] IPersistentState<JobRecord> state, JobWorkshop workshop, JobPlanner planner, JobPublisher publisher, TimeProvider time, ILogger<TransformationJobGrain> log)
    : Grain, ITransformationJobGrain
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(200), s_longPoll = TimeSpan.FromSeconds(5), s_retry = TimeSpan.FromSeconds(2);
    private readonly Durable<JobRecord> _record = new(state);
    private JobRun? _run;
    private JobSnapshot? _live;
    private Task _work = Task.CompletedTask;
    private IGrainTimer? _poll;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision;
    private int _published; // phases of this attempt
    private string? _trouble; // what keeps the store from taking the end of the job

    private string Id => this.GetPrimaryKeyString();
    private JobRecord Record => _record.Value;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _revision = time.GetUtcNow().UtcTicks;
        if (Record is { Spec: not null, State: JobState.Queued }) Begin();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_run is null) return;
        _run.Suspend();
        await Task.WhenAny(_work, Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
    }

    public async Task<JobStatus> Start(JobSpec spec)
    {
        if (Record.Spec is { } known)
            return known == spec ? Status() : throw new RefusedException($"job '{Id}' exists with another specification; choose another id.");
        var inputs = await planner.PlanAsync(spec);
        if (spec.Name is { } name && spec.Kind != JobKind.AddData) await Repository(name).Reserve(Id);
        await GrainFactory.Shard(Catalogue.Unfinished, Id).Add(Id);
        await GrainFactory.Shard(Catalogue.Jobs, Id).Add(Id);
        await StoreAsync(_ => new JobRecord { Spec = spec, Inputs = inputs, State = JobState.Queued, Created = time.GetUtcNow() });
        Begin();
        return Status();
    }

    public Task<JobStatus> Get() => Task.FromResult(Status());

    public async Task<JobStatus> Watch(long revision)
    {
        RequireKnown();
        if (revision == _revision)
            try
            {
                await _changed.Task.WaitAsync(s_longPoll, time);
            }
            catch (TimeoutException)
            {
                // Nothing new: say so.
            }
        return Status();
    }

    public async Task<JobStatus> Cancel()
    {
        RequireKnown();
        if (Record.State != JobState.Queued || Record.Outcome is not null) return Status();
        await StoreAsync(r => r.Outcome is null ? r with { State = JobState.Cancelled } : r); // first, so that no restart goes on with it
        _run?.Cancel();
        return Status();
    }

    public async Task<JobStatus> Resume()
    {
        RequireKnown();
        bool lost = Record is { State: JobState.Completed, Outcome.Weights: { } made } && !await workshop.HasAsync(made);
        if (!lost && Record.State is not (JobState.Failed or JobState.Cancelled)) return Status();
        await _work;
        if (Record.State == JobState.Completed && !lost) return Status();
        if (Record.Spec!.Name is { } name && Record.Spec.Kind != JobKind.AddData) await Repository(name).Reserve(Id);
        await GrainFactory.Shard(Catalogue.Unfinished, Id).Add(Id);
        await StoreAsync(r => r with { State = JobState.Queued, Error = null, InputError = false, Outcome = lost ? null : r.Outcome, Result = null });
        Begin();
        return Status();
    }

    public Task<IReadOnlyList<WeightRef>> References()
    {
        WeightRef?[] all = [Record.Checkpoint, Record.Outcome?.Weights, .. Record.State == JobState.Completed || Record.InputError ? [] : (WeightRef?[])[Record.Spec?.File, Record.Inputs.Model?.Weights, _live?.Checkpoint]];
        return Task.FromResult<IReadOnlyList<WeightRef>>([.. all.OfType<WeightRef>()]);
    }

    // Sets the work going on the lane; the grain stays awake and looks after it.
    private void Begin()
    {
        var run = _run = workshop.NewRun(Id);
        (_live, _published) = (null, 0);
        _poll ??= this.RegisterGrainTimer(PollAsync, new GrainTimerCreationOptions(s_pollInterval, s_pollInterval) { KeepAlive = true });
        _work = CarryOutAsync(run);
    }

    private async Task CarryOutAsync(JobRun run)
    {
        try
        {
            var outcome = Record.Outcome ?? await workshop.RunAsync(Id, Record, run);
            run.Token.ThrowIfCancellationRequested();
            await StoreAsync(r => r with { Outcome = outcome, History = outcome.History, Steps = Math.Max(run.Latest.Steps, r.Steps) });
            await PublishPhasesAsync(run);
            var result = await publisher.PublishAsync(Id, Record, outcome);
            await EndAsync(r => r with { State = JobState.Completed, Result = result });
        }
        catch (Exception e) when (e is OperationCanceledException ? run.Suspending || !run.Token.IsCancellationRequested : e is WeightStoreUnavailableException { Stopping: true })
        {
            await KeepCheckpointAsync(run); // the silo stops; the record still says queued, so the next start goes on
        }
        catch (OperationCanceledException)
        {
            await KeepCheckpointAsync(run);
            await EndAsync(r => r with { State = JobState.Cancelled });
        }
        catch (Exception e) // whatever the work or the store threw ends this job and no other
        {
            LogFailed(log, Id, e);
            await KeepCheckpointAsync(run);
            await EndAsync(r => r with { State = JobState.Failed, Error = JobError.Sentence(e, Id), InputError = Wire.IsInputError(e) });
        }
        finally
        {
            _run = null;
        }
    }

    // Looks at the run: keeps a new checkpoint in the record, then drops the old one; shows progress.
    private async Task PollAsync(CancellationToken token)
    {
        if (_run is null || ReferenceEquals(_run.Latest, _live)) return;
        _live = _run.Latest;
        await PublishPhasesAsync(_run);
        await KeepCheckpointAsync(_run);
        Show();
    }

    // Before the checkpoint that is past them: a phase is a version as soon as it is done, and once, however often it is told of.
    private async Task PublishPhasesAsync(JobRun run)
    {
        var phases = run.Latest.Phases;
        for (int i = _published; i < phases.Count; i++)
        {
            await publisher.PublishAsync(Id, Record, phases[i]);
            await StoreAsync(r => phases[i].Phase <= r.Phases.Count ? r : r with { Phases = [.. r.Phases, phases[i].Weights!] });
            _published = Math.Max(_published, i + 1);
        }
    }

    private async Task KeepCheckpointAsync(JobRun run)
    {
        var latest = run.Latest;
        WeightRef? old = null;
        try
        {
            await StoreAsync(r =>
            {
                // Not over what ended meanwhile: then nobody refers to the new file, and it is collected.
                if (latest.Checkpoint is null || latest.Checkpoint == r.Checkpoint || r.State != JobState.Queued || r.Outcome is not null) return r;
                old = r.Checkpoint;
                return r with { Checkpoint = latest.Checkpoint, CheckpointStep = latest.CheckpointStep, Steps = latest.Steps, History = Wire.History(latest.Epochs) };
            });
            await ForgetAsync(old);
        }
        catch (Exception e) // the record keeps the older checkpoint, which is as good
        {
            LogCheckpointLost(log, Id, e);
        }
    }

    // The end of a job is written however long the store refuses: until then the job is not shown as ended.
    private async Task EndAsync(Func<JobRecord, JobRecord> end)
    {
        WeightRef? checkpoint = null;
        while (true)
            try
            {
                await StoreAsync(r =>
                {
                    var ended = end(r);
                    checkpoint = ended.State == JobState.Completed ? r.Checkpoint : null;
                    return checkpoint is null ? ended : ended with { Checkpoint = null };
                });
                break;
            }
            catch (Exception e)
            {
                LogEndNotWritten(log, Id, e);
                _trouble = $"the end of the job cannot be written yet: {JobError.Sentence(e, Id)}";
                Show();
                await Task.Delay(s_retry, time);
            }
        await ForgetAsync(checkpoint);
        _trouble = null;
        _poll?.Dispose();
        _poll = null;
        await ReleaseAsync();
    }

    // A file that cannot be deleted now is collected later.
    private async Task ForgetAsync(WeightRef? checkpoint)
    {
        try
        {
            await workshop.ForgetAsync(checkpoint);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            LogCheckpointLost(log, Id, e);
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            if (Record.Spec is { Name: { } name } spec && spec.Kind != JobKind.AddData) await Repository(name).Release(Id);
            await GrainFactory.Shard(Catalogue.Unfinished, Id).Remove(Id);
        }
        catch (Exception e) // a name held by an ended job is taken over, an ended job is not begun again
        {
            LogNotReleased(log, Id, e);
        }
    }

    private async Task StoreAsync(Func<JobRecord, JobRecord> change)
    {
        if (await _record.ChangeAsync(change)) Show();
    }

    private void Show()
    {
        _revision++;
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private JobStatus Status()
    {
        RequireKnown();
        return JobView.Of(Id, Record, _live) with { Error = Record.Error ?? _trouble, Revision = _revision };
    }

    private void RequireKnown()
    {
        if (Record.Spec is null) throw new RefusedException($"there is no job '{Id}'; 'learngene jobs list' shows those there are.");
    }

    private ILearngeneRepositoryGrain Repository(string name) => GrainFactory.GetGrain<ILearngeneRepositoryGrain>(name);
}
