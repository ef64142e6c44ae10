namespace Learngene.Jobs;

/// <summary>Where a job is in its life.</summary>
public enum JobState
{
    /// <summary>Waits for its device.</summary>
    Queued,
    /// <summary>Is being worked on.</summary>
    Running,
    /// <summary>Done; the result is stored.</summary>
    Completed,
    /// <summary>Tried and failed; may be resumed.</summary>
    Failed,
    /// <summary>Stopped on request; may be resumed.</summary>
    Cancelled,
}

/// <summary>What a job has stored or found.</summary>
/// <param name="Name">Name in the repository, or null.</param>
/// <param name="Version">Version under that name, or 0.</param>
/// <param name="Weights">The file, or null.</param>
/// <param name="Kind"><c>vit</c>, <c>lets</c>, <c>decomposition</c>, or null.</param>
/// <param name="Config">The <c>learngene.config</c> of the file, JSON, or null.</param>
/// <param name="Parameters">Trainable numbers of the model, or 0.</param>
[GenerateSerializer, Immutable, Alias("learngene.job-result")]
public sealed record JobResult(
    [property: Id(0)] string? Name, [property: Id(1)] int Version, [property: Id(2)] WeightRef? Weights,
    [property: Id(3)] string? Kind, [property: Id(4)] string? Config, [property: Id(5)] long Parameters);

/// <summary>One finished epoch.</summary>
/// <param name="Epoch">From 1 on.</param><param name="Loss">Mean training loss.</param><param name="Accuracy">0..1 on the test images, or null.</param>
[GenerateSerializer, Immutable, Alias("learngene.epoch")]
public sealed record EpochPoint([property: Id(0)] int Epoch, [property: Id(1)] double Loss, [property: Id(2)] double? Accuracy);

/// <summary>A job as it is now.</summary>
[GenerateSerializer, Immutable, Alias("learngene.job-status")]
public sealed record JobStatus
{
    /// <summary>Its key.</summary>
    [Id(0)] public required string Id { get; init; }
    /// <summary>What it was asked to do.</summary>
    [Id(1)] public required JobSpec Spec { get; init; }
    /// <summary>Where it is.</summary>
    [Id(2)] public JobState State { get; init; }
    /// <summary>Units of work done (training steps, or 0 and 1).</summary>
    [Id(3)] public long Step { get; init; }
    /// <summary>Units of work in all; 0 while not known.</summary>
    [Id(4)] public long Steps { get; init; }
    /// <summary>Numbers by name: loss, accuracy (0..1), images, imagesPerSecond, secondsLeft, ...</summary>
    [Id(5)] public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
    /// <summary>Finished epochs.</summary>
    [Id(6)] public IReadOnlyList<EpochPoint> History { get; init; } = [];
    /// <summary>What it gave; null before it is completed.</summary>
    [Id(7)] public JobResult? Result { get; init; }
    /// <summary>One sentence, where it failed.</summary>
    [Id(8)] public string? Error { get; init; }
    /// <summary>Whether what was asked for was wrong, rather than something breaking.</summary>
    [Id(9)] public bool InputError { get; init; }
    /// <summary>Grows with every change; what a watcher passes to see only what is newer.</summary>
    [Id(10)] public long Revision { get; init; }
    /// <summary>When it was asked for.</summary>
    [Id(11)] public DateTimeOffset Created { get; init; }
    /// <summary>The step of the checkpoint from which it would go on; 0 is the beginning.</summary>
    [Id(12)] public long CheckpointStep { get; init; }

    /// <summary>Why it does not run yet, one sentence; null where it waits for nothing.</summary>
    [Id(13)] public string? Waiting { get; init; }
    /// <summary>The device that it has, such as <c>cpu of 10.0.0.2:11111</c>; null where it has none.</summary>
    [Id(14)] public string? Device { get; init; }

    /// <summary>Whether nothing more will happen unless someone asks.</summary>
    public bool Ended => State is JobState.Completed or JobState.Failed or JobState.Cancelled;
}
