using System.Text.Json.Nodes;

namespace Learngene.Sdk.Experiments;

/// <summary>
/// A comparison of methods, declared (docs/compare.md): every method at every size, seed and number of epochs. Read by
/// <see cref="ExperimentFile"/>, which refuses unknown keys.
/// </summary>
public sealed record Experiment
{
    /// <summary>What the report is called.</summary>
    public required string Name { get; init; }
    /// <summary>What is asked and what is expected; goes into the report.</summary>
    public string? Description { get; init; }
    /// <summary>A data set of the cluster.</summary>
    public required string Data { get; init; }
    /// <summary>What the data set is like, for a dry run where no cluster knows it.</summary>
    public DataFacts? DataFacts { get; init; }
    /// <summary>Another data set on which descendants are tuned and measured, while learngenes come from <see cref="Data"/>. Default: the same.</summary>
    public string? TuneOn { get; init; }
    /// <summary>What <see cref="TuneOn"/> is like, for a dry run.</summary>
    public DataFacts? TuneOnFacts { get; init; }
    /// <summary>Patch size, pixels.</summary>
    public required int Patch { get; init; }
    /// <summary>Channels of a head; every width is a multiple. Default 16.</summary>
    public int HeadDim { get; init; } = 16;
    /// <summary>The teacher of all methods, trained once a seed.</summary>
    public required Ancestry Ancestry { get; init; }
    /// <summary>Seeds; each is a repetition of everything.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [1, 2, 3];
    /// <summary>Sizes, each WIDTHxDEPTH, such as 48x3.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }
    /// <summary>Numbers of components for methods that have them. Default: all there are.</summary>
    public IReadOnlyList<int> Components { get; init; } = [];
    /// <summary>Epochs of tuning after initialisation; 0 measures the descendant as it comes. Default 0 and 1.</summary>
    public IReadOnlyList<int> Epochs { get; init; } = [0, 1];
    /// <summary>Settings of every training (docs/options.md), such as batch or precision.</summary>
    public JsonObject Settings { get; init; } = [];
    /// <summary>Settings of tuning, over <see cref="Settings"/>.</summary>
    public JsonObject Tune { get; init; } = [];
    /// <summary>What is compared.</summary>
    public required IReadOnlyList<Method> Methods { get; init; }
    /// <summary>Name of the method that the others are subtracted from. Default: the first.</summary>
    public string? Reference { get; init; }
    /// <summary>Which numbers the report shows: accuracy, loss. Default accuracy.</summary>
    public IReadOnlyList<string> Metrics { get; init; } = ["accuracy"];
}

/// <summary>A data set in numbers.</summary>
public sealed record DataFacts
{
    /// <summary>Training images.</summary>
    public required int TrainImages { get; init; }
    /// <summary>Height and width of an image, pixels.</summary>
    public required int ImageSize { get; init; }
    /// <summary>Channels of an image. Default 3.</summary>
    public int Channels { get; init; } = 3;
    /// <summary>Classes.</summary>
    public required int Classes { get; init; }
}

/// <summary>The ancestry model: one of the repository, or one to train.</summary>
public sealed record Ancestry
{
    /// <summary>NAME[@V] of a stored model; then nothing is trained.</summary>
    public string? Model { get; init; }
    /// <summary>Channels.</summary>
    public int Width { get; init; }
    /// <summary>Layers.</summary>
    public int Depth { get; init; }
    /// <summary>Epochs. Default 12.</summary>
    public int Epochs { get; init; } = 12;
    /// <summary>Settings of its training, over the experiment's.</summary>
    public JsonObject Settings { get; init; } = [];
}

/// <summary>One of the things compared.</summary>
public sealed record Method
{
    /// <summary>What the report calls it. Default: <see cref="Kind"/>.</summary>
    public string? Name { get; init; }
    /// <summary>scratch, distillation, lets, decomposition, decompose, or a baseline of docs/baselines.md.</summary>
    public required string Kind { get; init; }
    /// <summary>Settings of its own stage (stage 1 of a learngene, the training from scratch), over the experiment's.</summary>
    public JsonObject Settings { get; init; } = [];
    /// <summary>Settings of tuning, over the experiment's.</summary>
    public JsonObject Tune { get; init; } = [];
    /// <summary>Its own list of epochs.</summary>
    public IReadOnlyList<int>? Epochs { get; init; }
    /// <summary>Its own sizes.</summary>
    public IReadOnlyList<string>? Sizes { get; init; }
    /// <summary>Its own numbers of components.</summary>
    public IReadOnlyList<int>? Components { get; init; }
    /// <summary>The trained model that it starts from, where that is not the ancestry model.</summary>
    public SourceModel? Source { get; init; }

    /// <summary>What the report calls it.</summary>
    internal string Title => Name ?? Kind;
}

/// <summary>A model trained from labels, for methods that start from a trained one.</summary>
public sealed record SourceModel
{
    /// <summary>Channels; null (default) takes the target's.</summary>
    public int? Width { get; init; }
    /// <summary>Layers.</summary>
    public required int Depth { get; init; }
    /// <summary>Epochs.</summary>
    public required int Epochs { get; init; }
    /// <summary>Whether it is distilled from the ancestry model. Default false.</summary>
    public bool Distil { get; init; }
}
