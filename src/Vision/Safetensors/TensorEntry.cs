namespace Learngene.Vision.Safetensors;

/// <summary>Where one tensor lies in a file.</summary>
/// <param name="Name">Its key, such as <c>blocks.0.attn.qkv.weight</c>.</param>
/// <param name="Type">Type of its elements.</param>
/// <param name="Shape">Its sizes; empty for a scalar.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="Length">Length in bytes.</param>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Length / Type.Size();
}

/// <summary>A tensor that is going to be written.</summary>
/// <param name="Name">Its key; any text but <c>__metadata__</c>.</param>
/// <param name="Shape">Its sizes, none negative; empty for a scalar.</param>
/// <param name="Type">Type it is stored as.</param>
public sealed record TensorPlan(string Name, IReadOnlyList<long> Shape, TensorType Type);
