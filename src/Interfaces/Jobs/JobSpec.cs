using Learngene.Scheduling;

namespace Learngene.Jobs;

/// <summary>What a job does.</summary>
public enum JobKind
{
    /// <summary>Trains a ViT from random weights.</summary>
    Train,
    /// <summary>Learns a LeTs learngene from an ancestry model (stage 1).</summary>
    LearnLets,
    /// <summary>Takes a model file into the repository.</summary>
    Import,
    /// <summary>Materialises a descendant (stage 2).</summary>
    Descend,
    /// <summary>Tunes a model on a data set.</summary>
    Finetune,
    /// <summary>Measures a model on a data set's test images.</summary>
    Evaluate,
    /// <summary>Reads a data set and makes it known.</summary>
    AddData,
    /// <summary>Learns the components of a decomposition, in phases, together or sampled.</summary>
    LearnDecomposition,
    /// <summary>Decomposes a trained model into components in closed form.</summary>
    Decompose,
    /// <summary>Learns what a baseline shares between its descendants.</summary>
    LearnBaseline,
    /// <summary>Initialises a model of one size as a baseline does.</summary>
    Initialise,
    /// <summary>A round of one of several workers of a training, which starts it; nobody else does.</summary>
    TrainShard,
}

/// <summary>What a job is asked to do. The same specification and seed give the same bytes.</summary>
[GenerateSerializer, Immutable, Alias("learngene.job-spec")]
public sealed record JobSpec
{
    /// <summary>What to do.</summary>
    [Id(0)] public required JobKind Kind { get; init; }
    /// <summary>Name under which the result is stored; null where the job stores none.</summary>
    [Id(1)] public string? Name { get; init; }
    /// <summary>The model to start from, NAME[@VERSION|@TAG]: the ancestry model of LeTs, the teacher of a training, what is tuned, evaluated or made descendants of.</summary>
    [Id(2)] public string? Model { get; init; }
    /// <summary>A model file already in the weight store, instead of <see cref="Model"/>.</summary>
    [Id(3)] public WeightRef? File { get; init; }
    /// <summary>Name of the data set.</summary>
    [Id(4)] public string? Data { get; init; }
    /// <summary>A JSON object: the difference to the defaults of this kind of job. Unknown keys are refused.</summary>
    [Id(5)] public string Settings { get; init; } = "{}";
    /// <summary>Path of a data set to add, on the silo's machine.</summary>
    [Id(6)] public string? Path { get; init; }
    /// <summary>Where it may run and when its turn is; null is any device of the default pool.</summary>
    [Id(7)] public DeviceNeed? Needs { get; init; }
}
