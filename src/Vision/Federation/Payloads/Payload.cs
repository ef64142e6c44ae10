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
    /// <summary>Mean training loss.</summary>
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

/// <summary>
/// Writes what travels between server and clients: a header, per layer its values, an XxHash3. Layout in docs of <see cref="PayloadReader"/>.
/// </summary>
public static class Payload
{
    /// <summary>Bytes that <see cref="Write"/> makes, exactly.</summary>
    public static long Length(FederatedLayout layout, PayloadHeader header) => throw new NotImplementedException();

    /// <summary>Writes the layers of <paramref name="values"/> that the header names.</summary>
    /// <param name="layout">What is exchanged.</param><param name="header">What it says of itself.</param>
    /// <param name="values">All values, in the layout's order; those of other layers are not looked at.</param>
    /// <param name="seed">Of the stochastic rounding of int4, and of int8 in differences.</param>
    /// <exception cref="PayloadException">A value is not finite or too large for the encoding.</exception>
    public static byte[] Write(FederatedLayout layout, PayloadHeader header, ReadOnlySpan<float> values, ulong seed) => throw new NotImplementedException();
}
