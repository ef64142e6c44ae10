using System.Text.Json.Nodes;

namespace Learngene.Sdk.Learngenes;

/// <summary>A descendant that has been materialised.</summary>
/// <param name="Learngene">The version it descends from.</param>
/// <param name="Width">Channels.</param><param name="Depth">Layers.</param><param name="Heads">Attention heads.</param>
/// <param name="Parameters">Trainable numbers.</param>
/// <param name="Weights">The file, in the weight store.</param>
public sealed record Descendant(Learngene.Learngenes.LearngeneVersion Learngene, int Width, int Depth, int Heads, long Parameters, WeightRef Weights);

/// <summary>Which descendant is wanted.</summary>
public sealed record DescendOptions
{
    /// <summary>Channels. Default, of a decomposition alone: its own, the widest.</summary>
    public int? Width { get; init; }
    /// <summary>Layers. Default: as many as <see cref="Rows"/>, or the learngene's.</summary>
    public int? Depth { get; init; }
    /// <summary>Components, of a decomposition. Default: all.</summary>
    public int? Components { get; init; }
    /// <summary>continuous (default), magnitude, step or random.</summary>
    public string? Select { get; init; }
    /// <summary>A depth list of one's own.</summary>
    public IReadOnlyList<int>? Rows { get; init; }
    /// <summary>Seed of the random rule.</summary>
    public ulong? Seed { get; init; }
    /// <summary>F32 (default), F16 or BF16.</summary>
    public string? Type { get; init; }
    /// <summary>The magnitude rule keeps the smallest rows.</summary>
    public bool? Smallest { get; init; }
    /// <summary>The magnitude rule measures the L1 norm.</summary>
    public bool? L1 { get; init; }
}

/// <summary>What a model may cost; every limit that is given holds, and what of the size is given stays.</summary>
public sealed record SizeBudget
{
    /// <summary>Parameters at most.</summary>
    public long? MaxParams { get; init; }
    /// <summary>Operations of a forward pass over one image at most, two a multiply-add.</summary>
    public long? MaxFlops { get; init; }
    /// <summary>Bytes of the file at most.</summary>
    public long? MaxBytes { get; init; }
    /// <summary>Seconds for one image at most, on the device of the profile.</summary>
    public double? MaxLatency { get; init; }
    /// <summary>What <c>learngene-edge probe</c> wrote.</summary>
    public JsonObject? DeviceProfile { get; init; }
    /// <summary>F32 (default), F16 or BF16.</summary>
    public string? Type { get; init; }
    /// <summary>Channels, where they are decided.</summary>
    public int? Width { get; init; }
    /// <summary>Layers, where they are decided.</summary>
    public int? Depth { get; init; }
    /// <summary>Components, where they are decided.</summary>
    public int? Components { get; init; }

    /// <summary>Whether anything is limited.</summary>
    public bool Limits() => MaxParams is not null || MaxFlops is not null || MaxBytes is not null || MaxLatency is not null;
}
