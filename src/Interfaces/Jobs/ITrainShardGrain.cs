namespace Learngene.Jobs;

/// <summary>
/// A round of one worker of a training, as a job of its own under the id JOB.rROUND.wWORKER: it queues for a device, keeps checkpoints, goes on
/// elsewhere when its silo goes. The training that it is part of starts, watches and forgets it; for all else it is an
/// <see cref="ITransformationJobGrain"/>. Every verb may be retried.
/// </summary>
[Alias("learngene.train-shard")]
public interface ITrainShardGrain : IGrainWithStringKey
{
    /// <summary>Queues the round, once; repeated it only tells where it is.</summary>
    /// <exception cref="RefusedException">Another order stands under this id.</exception>
    [Alias("Start"), ResponseTimeout("00:00:25")] Task<JobStatus> Start(JobSpec spec, ShardOrder order);

    /// <summary>The files that a completed round gave.</summary>
    /// <exception cref="RefusedException">It is not completed.</exception>
    [Alias("Files")] Task<ShardFiles> Files();

    /// <summary>Deletes its values and all that is known of it; the moments are its successor's.</summary>
    [Alias("Forget"), ResponseTimeout("00:00:25")] Task Forget();
}

/// <summary>What a worker is to do in a round. Everything is named by its content, so whoever does it comes to the same.</summary>
[GenerateSerializer, Immutable, Alias("learngene.shard-order")]
public sealed record ShardOrder
{
    /// <summary>What the whole training is.</summary>
    [Id(0)] public required JobKind Kind { get; init; }
    /// <summary>The round, from 0 on.</summary>
    [Id(1)] public required long Round { get; init; }
    /// <summary>The worker, from 0 on.</summary>
    [Id(2)] public required int Worker { get; init; }
    /// <summary>The values that all workers start from; null in the first round, which begins with the model as the settings make it.</summary>
    [Id(3)] public WeightRef? Values { get; init; }
    /// <summary>This worker's moments; null in the first round.</summary>
    [Id(4)] public WeightRef? Moments { get; init; }
    /// <summary>The model that the training starts from or learns from, as resolved when it was accepted.</summary>
    [Id(5)] public Learngenes.LearngeneVersion? Model { get; init; }
    /// <summary>The data set, as resolved.</summary>
    [Id(6)] public Data.DataSetInfo? Data { get; init; }
    /// <summary>When the whole training was asked for: its place in the queues.</summary>
    [Id(7)] public DateTimeOffset Created { get; init; }
    /// <summary>Bytes that a worker is estimated to take on its device.</summary>
    [Id(8)] public long Memory { get; init; }
}

/// <summary>What a worker's round gave.</summary>
/// <param name="Values">Its contribution to the average.</param>
/// <param name="Moments">What it needs in its next round; null after the last.</param>
[GenerateSerializer, Immutable, Alias("learngene.shard-files")]
public sealed record ShardFiles([property: Id(0)] WeightRef Values, [property: Id(1)] WeightRef? Moments);
