using Learngene.Jobs;

namespace Learngene.Grains.Jobs;

/// <summary>A job that is a worker's round.</summary>
internal sealed partial class TransformationJobGrain
{
    public async Task<JobStatus> Start(JobSpec spec, ShardOrder order)
    {
        if (Record.Spec is not null)
            return Record.Shard is { } known && (known.Kind, known.Round, known.Worker, known.Values, known.Moments) == (order.Kind, order.Round, order.Worker, order.Values, order.Moments)
                ? Status()
                : throw new RefusedException($"job '{Id}' exists with another order.");
        await StoreAsync(_ => new JobRecord
        {
            Spec = spec, Shard = order, Inputs = new() { Model = order.Model, Data = order.Data, Memory = order.Memory }, State = JobState.Queued, Created = order.Created,
        });
        Begin();
        return Status();
    }

    public Task<ShardFiles> Files() => Record is { State: JobState.Completed, Shard: not null, Outcome: { Weights: { } values } outcome }
        ? Task.FromResult(new ShardFiles(values, outcome.Moments))
        : throw new RefusedException($"job '{Id}' has not completed a worker's round.");

    public async Task Forget()
    {
        if (Record.Shard is null) return;
        _run?.Cancel();
        await _work;
        // The files first: whoever comes again finds the record still.
        await ForgetAsync(Record.Checkpoint);
        await ForgetAsync(Record.Outcome?.Weights);
        await _record.ClearAsync();
        DeactivateOnIdle();
    }
}
