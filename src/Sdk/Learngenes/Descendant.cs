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
    /// <summary>Channels.</summary>
    public required int Width { get; init; }
    /// <summary>Layers. Default: as many as <see cref="Rows"/>, or the auxiliary model's.</summary>
    public int? Depth { get; init; }
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
