namespace Learngene.Vision.Federation;

/// <summary>What the values of a payload are.</summary>
public enum PayloadKind : byte
{
    /// <summary>The values themselves: a download.</summary>
    Values,
    /// <summary>Differences to what the client was given: an upload.</summary>
    Differences,
}

/// <summary>What a payload says of itself.</summary>
public sealed record PayloadHeader
{
    /// <summary>Values or differences.</summary>
    public required PayloadKind Kind { get; init; }
    /// <summary>How they are written.</summary>
    public required PayloadEncoding Encoding { get; init; }
    /// <summary>The round, 1 or more; 0 before the first.</summary>
    public required int Round { get; init; }
    /// <summary>Images that were trained on; 0 in a download.</summary>
    public int Samples { get; init; }
    /// <summary>Mean training loss, finite.</summary>
    public float Loss { get; init; }
    /// <summary>Accuracy on the client's own test images before training, 0..1.</summary>
    public float Accuracy { get; init; }
    /// <summary>Layers in it, ascending.</summary>
    public required IReadOnlyList<int> Layers { get; init; }
    /// <summary>A score for each layer of the model, for the choice of the next round's; null where none is needed.</summary>
    public IReadOnlyList<float>? Scores { get; init; }
    /// <summary>Share of each layer's values that is in it, the largest; 0 is all.</summary>
    public double TopK { get; init; }
}
