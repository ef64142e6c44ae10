namespace Learngene.Vision.Federation;

/// <summary>One tensor of a layer, as it lies in the exchanged vector.</summary>
/// <param name="Name">Its key in a checkpoint.</param><param name="Shape">Its dimensions.</param>
/// <param name="Offset">Of its first value inside the layer.</param><param name="Rows">Rows: its first dimension, or its values where it has only one.</param>
/// <param name="Columns">Values of a row.</param>
public sealed record LayerTensor(string Name, long[] Shape, int Offset, int Rows, int Columns)
{
    /// <summary>Its values.</summary>
    public int Count => Rows * Columns;
}

/// <summary>What is chosen, sent and averaged together: a weight with its bias.</summary>
/// <param name="Index">Its place in the layout.</param><param name="Name">Such as <c>blocks.0.attn.qkv</c>.</param>
/// <param name="Offset">Of its first value in the exchanged vector.</param><param name="Count">Its values.</param>
/// <param name="Rows">Rows of its first tensor.</param><param name="Tensors">Its tensors, one after the other.</param>
public sealed record FederatedLayer(int Index, string Name, int Offset, int Count, int Rows, IReadOnlyList<LayerTensor> Tensors)
{
    private readonly Blocks _coarse = Blocks.Of(Tensors, PayloadEncoding.Int8), _fine = Blocks.Of(Tensors, PayloadEncoding.Int4);

    /// <summary>What shares one scale where values are quantised.</summary>
    internal Blocks BlocksOf(PayloadEncoding encoding) => encoding == PayloadEncoding.Int4 ? _fine : _coarse;
}
