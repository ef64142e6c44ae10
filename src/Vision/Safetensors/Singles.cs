using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Learngene.Vision.Safetensors;

/// <summary>Single precision to and from the other floating-point types, many elements an instruction.</summary>
internal static class Singles
{
    private const uint Magnitude = 0x7FFF_FFFF;
    private const uint Infinity = 0x7F80_0000;

    /// <summary>Whether elements of this type can be read as singles.</summary>
    internal static bool CanHold(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64;

    /// <summary>From the stored form; for F32 both are the same memory and nothing is left to do.</summary>
    internal static void Widen(ReadOnlySpan<byte> stored, TensorType type, Span<float> values)
    {
        switch (type)
        {
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(stored), values);
                break;
            case TensorType.BF16:
                WidenBrain(MemoryMarshal.Cast<byte, ushort>(stored), MemoryMarshal.Cast<float, uint>(values));
                break;
            case TensorType.F64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(stored), values);
                break;
        }
    }

    /// <summary>To F16 or BF16, to the nearest, halves to even.</summary>
    internal static void Narrow(ReadOnlySpan<float> values, TensorType type, Span<byte> stored)
    {
        if (type == TensorType.F16)
            TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(stored));
        else
            NarrowBrain(MemoryMarshal.Cast<float, uint>(values), MemoryMarshal.Cast<byte, ushort>(stored));
    }

    /// <summary>The first NaN or infinity, or -1.</summary>
    internal static int IndexOfNonFinite(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var largest = Vector<uint>.Zero;
        var i = 0;
        for (; i <= bits.Length - Vector<uint>.Count; i += Vector<uint>.Count)
            largest = Vector.Max(largest, new Vector<uint>(bits[i..]) & new Vector<uint>(Magnitude));
        var start = Vector.GreaterThanOrEqualAny(largest, new Vector<uint>(Infinity)) ? 0 : i;
        for (i = start; i < values.Length; i++)
            if (!float.IsFinite(values[i]))
                return i;
        return -1;
    }

    /// <summary>The first finite value that became an infinity when it was narrowed, or -1.</summary>
    internal static int IndexOfOverflow(ReadOnlySpan<float> values, TensorType type, ReadOnlySpan<byte> stored)
    {
        var infinity = type == TensorType.F16 ? 0x7C00 : 0x7F80;
        var bits = MemoryMarshal.Cast<byte, ushort>(stored);
        var largest = Vector<ushort>.Zero;
        var i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            largest = Vector.Max(largest, new Vector<ushort>(bits[i..]) & new Vector<ushort>(0x7FFF));
        var start = Vector.GreaterThanOrEqualAny(largest, new Vector<ushort>((ushort)infinity)) ? 0 : i;
        for (i = start; i < values.Length; i++)
            if ((bits[i] & 0x7FFF) >= infinity && float.IsFinite(values[i]))
                return i;
        return -1;
    }

    private static void WidenBrain(ReadOnlySpan<ushort> stored, Span<uint> bits)
    {
        var i = 0;
        for (; i <= stored.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(stored[i..]), out var low, out var high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        for (; i < stored.Length; i++)
            bits[i] = (uint)stored[i] << 16;
    }

    private static void NarrowBrain(ReadOnlySpan<uint> bits, Span<ushort> stored)
    {
        var i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            var low = NarrowBrain(new Vector<uint>(bits[i..]));
            var high = NarrowBrain(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
            Vector.Narrow(low, high).CopyTo(stored[i..]);
        }

        Span<uint> one = stackalloc uint[Vector<uint>.Count];
        for (; i < bits.Length; i++)
        {
            one[0] = bits[i];
            stored[i] = (ushort)NarrowBrain(new Vector<uint>(one))[0];
        }
    }

    // Half a unit of the last place kept, less one where that place is even: halves go to even. A NaN stays one (its quiet bit is set).
    private static Vector<uint> NarrowBrain(Vector<uint> bits)
    {
        var rounded = (bits + new Vector<uint>(0x7FFF) + ((bits >> 16) & Vector<uint>.One)) >> 16;
        var nan = Vector.GreaterThan(bits & new Vector<uint>(Magnitude), new Vector<uint>(Infinity));
        return Vector.ConditionalSelect(nan, (bits >> 16) | new Vector<uint>(0x40), rounded);
    }
}
