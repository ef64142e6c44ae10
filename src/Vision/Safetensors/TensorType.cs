namespace Learngene.Vision.Safetensors;

/// <summary>Element types of a safetensors file, all little-endian.</summary>
public enum TensorType
{
    /// <summary>32-bit IEEE float.</summary>
    F32,

    /// <summary>16-bit IEEE float.</summary>
    F16,

    /// <summary>The upper half of a 32-bit float.</summary>
    BF16,

    /// <summary>64-bit IEEE float.</summary>
    F64,

    /// <summary>64-bit signed integer.</summary>
    I64,

    /// <summary>32-bit signed integer.</summary>
    I32,

    /// <summary>16-bit signed integer.</summary>
    I16,

    /// <summary>8-bit signed integer.</summary>
    I8,

    /// <summary>64-bit unsigned integer.</summary>
    U64,

    /// <summary>32-bit unsigned integer.</summary>
    U32,

    /// <summary>16-bit unsigned integer.</summary>
    U16,

    /// <summary>8-bit unsigned integer.</summary>
    U8,

    /// <summary>One byte a truth value.</summary>
    Bool,

    /// <summary>8-bit float, 4 bits of exponent.</summary>
    F8E4M3,

    /// <summary>8-bit float, 5 bits of exponent.</summary>
    F8E5M2,
}

/// <summary>Names and sizes of <see cref="TensorType"/>.</summary>
public static class TensorTypes
{
    // In the order of the enum.
    private static readonly (string Name, int Size)[] Facts =
    [
        ("F32", 4), ("F16", 2), ("BF16", 2), ("F64", 8), ("I64", 8), ("I32", 4), ("I16", 2), ("I8", 1),
        ("U64", 8), ("U32", 4), ("U16", 2), ("U8", 1), ("BOOL", 1), ("F8_E4M3", 1), ("F8_E5M2", 1),
    ];

    /// <summary>Bytes one element takes: 1, 2, 4 or 8.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The size in bytes.</returns>
    public static int Size(this TensorType type) => Facts[(int)type].Size;

    /// <summary>The name in a file's header, such as <c>BF16</c>.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>The <c>dtype</c> string.</returns>
    public static string Name(this TensorType type) => Facts[(int)type].Name;

    /// <summary>The names of all known types, for a message.</summary>
    public static string Known { get; } = string.Join(", ", Facts.Select(f => f.Name));

    /// <summary>Finds a type by its name in a header.</summary>
    /// <param name="name">The <c>dtype</c> string; case matters.</param>
    /// <param name="type">The type found.</param>
    /// <returns>Whether the name is known.</returns>
    public static bool TryParse(string name, out TensorType type)
    {
        var index = Array.FindIndex(Facts, f => f.Name == name);
        type = (TensorType)Math.Max(index, 0);
        return index >= 0;
    }
}
