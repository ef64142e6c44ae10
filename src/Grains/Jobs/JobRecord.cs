using Learngene.Data;
using Learngene.Jobs;
using Learngene.Learngenes;

namespace Learngene.Grains.Jobs;

/// <summary>What a job was resolved to when it was accepted: later changes of names and tags do not touch it.</summary>
[GenerateSerializer, Immutable, Alias("learngene.job-inputs")]
internal sealed record JobInputs
{
    [Id(0)] public LearngeneVersion? Model { get; init; }
    [Id(1)] public DataSetInfo? Data { get; init; }
    /// <summary>Bytes that the work is estimated to take on its device; 0 where nobody has estimated them.</summary>
    [Id(2)] public long Memory { get; init; }
}

/// <summary>What the lane gave back.</summary>
[GenerateSerializer, Immutable, Alias("learngene.job-outcome")]
internal sealed record JobOutcome
{
    [Id(0)] public WeightRef? Weights { get; init; }
    [Id(1)] public string? Kind { get; init; }
    [Id(2)] public string? Config { get; init; }
    [Id(3)] public string? Preprocess { get; init; }
    [Id(4)] public long Parameters { get; init; }
    [Id(5)] public string Settings { get; init; } = "{}";
    [Id(6)] public IReadOnlyList<Parent> Parents { get; init; } = [];
    [Id(7)] public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
    [Id(8)] public DataSetInfo? Data { get; init; }
    [Id(9)] public IReadOnlyList<EpochPoint> History { get; init; } = [];
    [Id(10)] public int Phase { get; init; }
    /// <summary>Of a worker's round what it needs in its next one; of a whole round the momentum of the outer step.</summary>
    [Id(11)] public WeightRef? Moments { get; init; }
}

/// <summary>What the rounds of a training of several workers have come to, besides the values.</summary>
[GenerateSerializer, Immutable, Alias("learngene.job-rounds")]
internal sealed record RoundRecord
{
    [Id(0)] public long Done { get; init; }
    /// <summary>Of the outer step; null before the first round, and where it has none.</summary>
    [Id(1)] public WeightRef? Momentum { get; init; }
    /// <summary>Each worker's own.</summary>
    [Id(2)] public IReadOnlyList<WeightRef> Moments { get; init; } = [];
    /// <summary>Values that went to workers and came from them.</summary>
    [Id(3)] public long Bytes { get; init; }
}

/// <summary>A job's durable state.</summary>
[GenerateSerializer, Immutable, Alias("learngene.job-record")]
internal sealed record JobRecord
{
    [Id(0)] public JobSpec? Spec { get; init; }
    [Id(1)] public JobState State { get; init; }
    [Id(2)] public JobInputs Inputs { get; init; } = new();
    [Id(3)] public DateTimeOffset Created { get; init; }
    [Id(4)] public WeightRef? Checkpoint { get; init; }
    [Id(5)] public long CheckpointStep { get; init; }
    [Id(6)] public long Steps { get; init; }
    [Id(7)] public IReadOnlyList<EpochPoint> History { get; init; } = [];
    [Id(8)] public JobOutcome? Outcome { get; init; }
    [Id(9)] public JobResult? Result { get; init; }
    [Id(10)] public string? Error { get; init; }
    [Id(11)] public bool InputError { get; init; }
    /// <summary>The files of the phases that are done, first phase first.</summary>
    [Id(12)] public IReadOnlyList<WeightRef> Phases { get; init; } = [];
    /// <summary>Of a worker's round what was ordered.</summary>
    [Id(13)] public ShardOrder? Shard { get; init; }
    /// <summary>Of a training of several workers the rounds that are done; their values are its checkpoint.</summary>
    [Id(14)] public RoundRecord? Rounds { get; init; }
}
