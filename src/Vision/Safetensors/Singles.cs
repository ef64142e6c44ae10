using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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

    /// <summary>The first NaN or infinity, or -1. For the 16-bit types the stored form is looked at, which is half the memory.</summary>
    internal static int IndexOfNonFinite(ReadOnlySpan<byte> stored, TensorType type, ReadOnlySpan<float> values)
    {
        var suspicious = type switch
        {
            TensorType.F16 => AnyFrom<ushort>(MemoryMarshal.Cast<byte, ushort>(stored), 0x7FFF, 0x7C00),
            TensorType.BF16 => AnyFrom<ushort>(MemoryMarshal.Cast<byte, ushort>(stored), 0x7FFF, 0x7F80),
            _ => AnyFrom(MemoryMarshal.Cast<float, uint>(values), Magnitude, Infinity),
        };
        for (var i = 0; suspicious && i < values.Length; i++)
            if (!float.IsFinite(values[i]))
                return i;
        return -1;
    }

    /// <summary>The first finite value that became an infinity when it was narrowed to F16 or BF16, or -1.</summary>
    internal static int IndexOfOverflow(ReadOnlySpan<float> values, TensorType type, ReadOnlySpan<byte> stored)
    {
        var infinity = (ushort)(type == TensorType.F16 ? 0x7C00 : 0x7F80);
        var bits = MemoryMarshal.Cast<byte, ushort>(stored);
        if (!AnyFrom(bits, (ushort)0x7FFF, infinity))
            return -1;
        for (var i = 0; i < values.Length; i++)
            if ((bits[i] & 0x7FFF) == infinity && float.IsFinite(values[i]))
                return i;
        return -1;
    }

    // Whether any element, under the mask, is at least the limit. Two accumulators hide the latency of the maximum.
    private static bool AnyFrom<T>(ReadOnlySpan<T> bits, T mask, T limit)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        ref var first = ref MemoryMarshal.GetReference(bits);
        Vector512<T> under = Vector512.Create(mask), one = Vector512<T>.Zero, two = Vector512<T>.Zero;
        nuint i = 0, length = (nuint)bits.Length, step = (nuint)Vector512<T>.Count;
        for (; i + (2 * step) <= length; i += 2 * step)
        {
            one = Vector512.Max(one, Vector512.LoadUnsafe(ref first, i) & under);
            two = Vector512.Max(two, Vector512.LoadUnsafe(ref first, i + step) & under);
        }

        var found = Vector512.GreaterThanOrEqualAny(Vector512.Max(one, two), Vector512.Create(limit));
        for (; !found && i < length; i++)
            found = (bits[(int)i] & mask) >= limit;
        return found;
    }

    private static void WidenBrain(ReadOnlySpan<ushort> stored, Span<uint> bits)
    {
        ref var from = ref MemoryMarshal.GetReference(stored);
        ref var to = ref MemoryMarshal.GetReference(bits[..stored.Length]);
        nuint i = 0, length = (nuint)stored.Length;
        for (; i + (nuint)Vector512<ushort>.Count <= length; i += (nuint)Vector512<ushort>.Count)
        {
            var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, i));
            (low << 16).StoreUnsafe(ref to, i);
            (high << 16).StoreUnsafe(ref to, i + (nuint)Vector512<uint>.Count);
        }

        for (; i < length; i++)
            bits[(int)i] = (uint)stored[(int)i] << 16;
    }

    private static void NarrowBrain(ReadOnlySpan<uint> bits, Span<ushort> stored)
    {
        ref var from = ref MemoryMarshal.GetReference(bits);
        ref var to = ref MemoryMarshal.GetReference(stored[..bits.Length]);
        nuint i = 0, length = (nuint)bits.Length;
        for (; i + (nuint)Vector512<ushort>.Count <= length; i += (nuint)Vector512<ushort>.Count)
        {
            var low = NarrowBrain(Vector512.LoadUnsafe(ref from, i));
            var high = NarrowBrain(Vector512.LoadUnsafe(ref from, i + (nuint)Vector512<uint>.Count));
            Vector512.Narrow(low, high).StoreUnsafe(ref to, i);
        }

        for (; i < length; i++)
            stored[(int)i] = (ushort)NarrowBrain(Vector512.Create(bits[(int)i]))[0];
    }

    // Half a unit of the last place kept, less one where that place is even: halves go to even. A NaN stays one (its quiet bit is set).
    private static Vector512<uint> NarrowBrain(Vector512<uint> bits)
    {
        var high = bits >>> 16;
        var rounded = (bits + Vector512.Create(0x7FFFu) + (high & Vector512<uint>.One)) >>> 16;
        var nan = Vector512.GreaterThan(bits & Vector512.Create(Magnitude), Vector512.Create(Infinity));
        return Vector512.ConditionalSelect(nan, high | Vector512.Create(0x40u), rounded);
    }
}
