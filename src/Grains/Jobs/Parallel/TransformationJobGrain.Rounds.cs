using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs;

/// <summary>
/// A training of several workers. The job itself is on no device: in each round it starts a job for every worker, which any silo may do, waits for
/// all of them, averages, and writes down the round before it forgets what the round was made of.
/// </summary>
internal sealed partial class TransformationJobGrain
{
    private async Task<JobOutcome> CoordinateAsync(JobRun run, ShardPlan plan)
    {
        run.Begin();
        await BeginRoundsAsync(run, plan);
        long first = plan.Done((Record.Rounds ?? new()).Done);
        while (true)
        {
            run.Token.ThrowIfCancellationRequested();
            var at = Record.Rounds ?? new();
            var files = await WorkAsync(run, plan, at, first);
            var outcome = await rounds.RunAsync(Id, Record, run, new(at.Done, Record.Checkpoint, at.Momentum, [.. files.Select(f => f.Values)]));
            long bytes = at.Bytes + files.Sum(f => f.Values.Length + (Record.Checkpoint?.Length ?? 0));
            if (at.Done + 1 == plan.Rounds)
                return outcome with { Metrics = Counted(outcome.Metrics, plan, plan.Rounds, bytes, run.Elapsed) };
            await Outage.OutlastAsync(() => NextRoundAsync(plan, at, outcome, files, bytes), () => Wanted(run), time);
        }
    }

    // What a round was made of may still be there, and what it came to may not.
    private async Task BeginRoundsAsync(JobRun run, ShardPlan plan)
    {
        if (Record.Rounds is not { } at) return;
        await Outage.OutlastAsync(() => ForgetShardsAsync(plan, at.Done - 1), () => Wanted(run), time);
        if (!await Outage.OutlastAsync(() => rounds.HasAllAsync([Record.Checkpoint, at.Momentum, .. at.Moments]), () => Wanted(run), time))
            await StoreAsync(r => r with { Checkpoint = null, CheckpointStep = 0, Rounds = null, History = [] }); // the same again from the beginning
    }

    // All workers' files of a round. The first to fail ends the wait.
    private async Task<ShardFiles[]> WorkAsync(JobRun run, ShardPlan plan, RoundRecord at, long first)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(run.Token);
        var told = new JobStatus?[plan.WorkersIn(at.Done)];
        var work = Enumerable.Range(0, told.Length).Select(worker => WorkAsync(run, at, worker, status =>
        {
            told[worker] = status;
            run.OnRounds(first, plan.Done(at.Done) + told.Sum(s => s?.Step ?? 0), plan.Steps, Told(told, plan, at));
        }, over.Token)).ToList();
        try
        {
            await foreach (var one in Task.WhenEach(work)) await one;
            return await Task.WhenAll(work);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task<ShardFiles> WorkAsync(JobRun run, RoundRecord at, int worker, Action<JobStatus> tell, CancellationToken token)
    {
        string id = Rounds.Shard(Id, at.Done, worker);
        var (shard, job) = (GrainFactory.GetGrain<ITrainShardGrain>(id), GrainFactory.GetGrain<ITransformationJobGrain>(id));
        var order = new ShardOrder
        {
            Kind = Record.Spec!.Kind, Round = at.Done, Worker = worker, Values = Record.Checkpoint, Moments = at.Done == 0 ? null : at.Moments[worker],
            Model = Record.Inputs.Model, Data = Record.Inputs.Data, Created = Record.Created, Memory = Record.Inputs.Memory,
        };
        var spec = Record.Spec with { Kind = JobKind.TrainShard, Name = null };
        Task<T> Call<T>(Func<Task<T>> call) => Outage.OutlastAsync(() => call().WaitAsync(token), () => Wanted(run), time);
        var status = await Call(() => shard.Start(spec, order));
        if (status.Ended) status = await Call(job.Resume); // stopped before, or its file is gone; otherwise it stays as it is
        for (; !status.Ended; status = await Call(() => job.Watch(status.Revision))) tell(status);
        tell(status);
        if (status.State != JobState.Completed)
        {
            string error = status.Error?.Replace(id, Id, StringComparison.Ordinal) ?? $"job {id}, a part of it, was cancelled; 'learngene jobs resume {Id}' goes on with it.";
            throw status.InputError ? new RefusedException(error) : new InvalidOperationException(error);
        }
        return await Call(shard.Files);
    }

    // First what the next round is made of; then this one's may go.
    private async Task NextRoundAsync(ShardPlan plan, RoundRecord at, JobOutcome outcome, ShardFiles[] files, long bytes)
    {
        WeightRef?[] old = [];
        await StoreAsync(r =>
        {
            if ((r.Rounds ?? new()).Done != at.Done) return r; // this is a repetition
            old = [r.Checkpoint, at.Momentum, .. at.Moments];
            var next = new RoundRecord { Done = at.Done + 1, Momentum = outcome.Moments, Moments = [.. files.Select(f => f.Moments!)], Bytes = bytes };
            return r with { Rounds = next, Checkpoint = outcome.Weights, CheckpointStep = plan.Done(next.Done), Steps = plan.Steps, History = outcome.History };
        });
        foreach (var file in old) await ForgetAsync(file);
        await ForgetShardsAsync(plan, at.Done);
    }

    private Task ForgetShardsAsync(ShardPlan plan, long round) => Task.WhenAll(Shards(plan, round).Select(id => GrainFactory.GetGrain<ITrainShardGrain>(id).Forget()));

    // The result is written: nothing of the rounds is needed any more.
    private async Task EndRoundsAsync(JobRun run)
    {
        if (Rounds.Of(Record) is not { } plan) return;
        await Outage.OutlastAsync(() => ForgetShardsAsync(plan, plan.Rounds - 1), () => !run.Suspending, time);
        foreach (var file in (WeightRef?[])[Record.Rounds?.Momentum, .. Record.Rounds?.Moments ?? []]) await ForgetAsync(file);
    }

    // What ended without a result stops its workers; they go on with it, each from its own checkpoint.
    private async Task CancelShardsAsync()
    {
        if (Record.State == JobState.Completed || Rounds.Of(Record) is not { } plan) return;
        foreach (string id in Shards(plan, (Record.Rounds ?? new()).Done))
            try
            {
                await GrainFactory.GetGrain<ITransformationJobGrain>(id).Cancel();
            }
            catch (Exception e) when (e is RefusedException || Outage.IsPassing(e))
            {
                // It was not started; or its silo goes, and whoever wakes it lets it do its one round.
            }
    }

    private async Task<IReadOnlyList<WeightRef>> OfRoundsAsync()
    {
        if (Record.Spec is null) return [];
        WeightRef?[] own = [Record.Outcome?.Moments, Record.Rounds?.Momentum, .. Record.Rounds?.Moments ?? [], Record.Shard?.Values, Record.Shard?.Moments];
        var workers = Record.State == JobState.Completed || Rounds.Of(Record) is not { } plan ? [] : Shards(plan, (Record.Rounds ?? new()).Done);
        var theirs = await Task.WhenAll(workers.Select(id => GrainFactory.GetGrain<ITransformationJobGrain>(id).References()));
        return [.. own.OfType<WeightRef>(), .. theirs.SelectMany(t => t)];
    }

    private IEnumerable<string> Shards(ShardPlan plan, long round) => Enumerable.Range(0, plan.WorkersIn(round)).Select(worker => Rounds.Shard(Id, round, worker));

    private static bool Wanted(JobRun run) => !run.Suspending && !run.Token.IsCancellationRequested;

    private Dictionary<string, double> Told(JobStatus?[] workers, ShardPlan plan, RoundRecord at)
    {
        var metrics = Counted(new Dictionary<string, double>(), plan, at.Done, at.Bytes, null);
        foreach (string name in (string[])["loss", "learningRate"])
            if (workers.Select(w => w?.Metrics.GetValueOrDefault(name)).OfType<double>().Where(x => x != 0).DefaultIfEmpty().Average() is > 0 and var mean) metrics[name] = mean;
        if (Record.History.LastOrDefault(e => e.Accuracy is not null)?.Accuracy is { } accuracy) metrics["accuracy"] = accuracy;
        return metrics;
    }

    private static Dictionary<string, double> Counted(IReadOnlyDictionary<string, double> metrics, ShardPlan plan, long round, long bytes, TimeSpan? elapsed)
    {
        var counted = new Dictionary<string, double>(metrics) { ["workers"] = plan.Workers, ["round"] = round, ["rounds"] = plan.Rounds, ["bytes"] = bytes };
        if (elapsed is { } time) counted["seconds"] = time.TotalSeconds;
        return counted;
    }
}
