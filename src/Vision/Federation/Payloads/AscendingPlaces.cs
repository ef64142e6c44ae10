using System.Numerics;

namespace Learngene.Vision.Federation;

/// <summary>
/// Ascending numbers below a bound in about 2 + log2(bound / count) bits each (Elias and Fano): their low bits as they are, the differences of their
/// high bits in unary. The length follows from bound and count alone, so that the size of a payload is known before it is written.
/// </summary>
internal static class AscendingPlaces
{
    /// <summary>Bytes of <paramref name="count"/> numbers below <paramref name="bound"/>.</summary>
    public static long Length(int count, int bound) => LowBytes(count, bound) + HighBytes(count, bound);

    /// <summary>Writes numbers into zeroed bytes.</summary>
    public static void Write(ReadOnlySpan<int> places, int bound, Span<byte> body)
    {
        int low = LowBits(places.Length, bound);
        var high = body[(int)LowBytes(places.Length, bound)..];
        long bit = 0;
        for (int i = 0; i < places.Length; i++)
        {
            for (int b = 0; b < low; b++, bit++)
                if ((places[i] >> b & 1) != 0) body[(int)(bit >> 3)] |= (byte)(1 << (int)(bit & 7));
            long one = (places[i] >> low) + (long)i;
            high[(int)(one >> 3)] |= (byte)(1 << (int)(one & 7));
        }
    }

    /// <summary>Reads numbers; false where they do not ascend below the bound, or are not as many.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, int bound, Span<int> places)
    {
        int low = LowBits(places.Length, bound), found = 0, last = -1;
        var high = body[(int)LowBytes(places.Length, bound)..(int)Length(places.Length, bound)];
        long bit = 0;
        for (int at = 0; at < high.Length; at++)
            for (uint ones = high[at]; ones != 0; ones &= ones - 1)
            {
                if (found == places.Length) return false;
                long place = (8L * at + BitOperations.TrailingZeroCount(ones) - found) << low;
                for (int b = 0; b < low; b++, bit++) place |= (long)(body[(int)(bit >> 3)] >> (int)(bit & 7) & 1) << b;
                if (place <= last || place >= bound) return false;
                places[found++] = last = (int)place;
            }
        return found == places.Length;
    }

    private static int LowBits(int count, int bound) => BitOperations.Log2((uint)Math.Max(1, bound / count));

    private static long LowBytes(int count, int bound) => ((long)count * LowBits(count, bound) + 7) / 8;

    private static long HighBytes(int count, int bound) => (count + ((long)(bound - 1) >> LowBits(count, bound)) + 1 + 7) / 8;
}
