using Learngene.Jobs;
using Learngene.Learngenes;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Learngene.Grains.Jobs;

/// <summary>
/// One job. What must survive is in the record and written before it is shown; progress is what the run says, and lost with the process.
/// A record that says queued is work to go on with: whoever activates the grain, a caller or the silo's start, sets it going.
/// </summary>
internal sealed partial class TransformationJobGrain(
    [PersistentState("job")] IPersistentState<JobRecord> state, JobWorkshop workshop, JobPlanner planner, JobPublisher publisher, RoundWorkshop rounds, ILocalSiloDetails silo,
    TimeProvider time, ILogger<TransformationJobGrain> log)
    : Grain, ITransformationJobGrain, ITrainShardGrain
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(200), s_longPoll = TimeSpan.FromSeconds(3), s_retry = TimeSpan.FromSeconds(2);
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
        if (spec.Kind == JobKind.TrainShard) throw new RefusedException("a train-shard is started by the training it is part of; start that one, with workers.");
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

    public async Task<IReadOnlyList<WeightRef>> References()
    {
        WeightRef?[] all = [Record.Checkpoint, Record.Outcome?.Weights, .. await OfRoundsAsync(), .. Record.State == JobState.Completed || Record.InputError ? [] : (WeightRef?[])[Record.Spec?.File, Record.Inputs.Model?.Weights, _live?.Checkpoint]];
        return [.. all.OfType<WeightRef>()];
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
        return JobView.Of(Id, Record, _live) with
        {
            Error = Record.Error ?? _trouble ?? _run?.Latest.Trouble, Revision = _revision, Waiting = Record.State == JobState.Queued ? _waiting : null, Device = Record.State == JobState.Queued ? _device : null,
        };
    }

    private void RequireKnown()
    {
        if (Record.Spec is null) throw new RefusedException($"there is no job '{Id}'; 'learngene jobs list' shows those there are.");
    }

    private ILearngeneRepositoryGrain Repository(string name) => GrainFactory.GetGrain<ILearngeneRepositoryGrain>(name);
}
