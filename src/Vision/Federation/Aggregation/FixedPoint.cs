using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Learngene.Vision.Federation;

/// <summary>
/// Sums of floats as whole numbers of 2^-30: adding whole numbers is associative to the bit, adding floats is not. A product of a 24-bit value and a
/// 22-bit weight is exact in a double, so it is rounded once.
/// </summary>
internal static class FixedPoint
{
    /// <summary>Steps in 1.</summary>
    public const double One = 1 << 30;

    /// <summary>Adds round(value * factor) to each sum, or takes it away: exactly what was added, whatever the value. A factor is weight * scale * <see cref="One"/>.</summary>
    /// <returns>The bits of the largest magnitude among the values; those of NaN and infinity are larger than any number's.</returns>
    public static uint Add(Span<long> sums, ReadOnlySpan<float> values, double factor, bool subtract = false)
    {
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var sum = ref MemoryMarshal.GetReference(sums[..values.Length]);
        var times = Vector512.Create(factor);
        var flip = subtract ? Vector512<long>.AllBitsSet : Vector512<long>.Zero; // x ^ -1 - -1 = -x
        var most = Vector512<uint>.Zero;
        nuint i = 0, length = (nuint)values.Length;
        for (; i + 16 <= length; i += 16)
        {
            var v = Vector512.LoadUnsafe(ref value, i);
            most = Vector512.Max(most, v.AsUInt32() & Vector512.Create(0x7FFF_FFFFu));
            var (low, high) = Vector512.Widen(v);
            (Vector512.LoadUnsafe(ref sum, i) + (Whole(low * times) ^ flip) - flip).StoreUnsafe(ref sum, i);
            (Vector512.LoadUnsafe(ref sum, i + 8) + (Whole(high * times) ^ flip) - flip).StoreUnsafe(ref sum, i + 8);
        }
        uint largest = 0;
        for (int lane = 0; lane < Vector512<uint>.Count; lane++) largest = Math.Max(largest, most[lane]);
        for (; i < length; i++)
        {
            float v = values[(int)i];
            largest = Math.Max(largest, BitConverter.SingleToUInt32Bits(v) & 0x7FFF_FFFF);
            long whole = (long)Math.Round(v * factor);
            sums[(int)i] += subtract ? -whole : whole;
        }
        return largest;
    }

    /// <summary>values += sums / (One * weight) * step.</summary>
    public static void AddMean(Span<float> values, ReadOnlySpan<long> sums, long weight, double step)
    {
        double factor = step / (One * weight);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(values[i] + sums[i] * factor);
    }

    private static Vector512<long> Whole(Vector512<double> values) => Vector512.ConvertToInt64(Vector512.Round(values));
}
