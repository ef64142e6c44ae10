namespace Learngene.Vision.Federation;

/// <summary>The largest values of a vector by magnitude: the bits of a positive float sort as it does, so a histogram over them finds the bound.</summary>
internal static class Largest
{
    // Coarse to fine: 11, 10 and 10 of the 31 bits. Only the first pass counts every value.
    private static readonly int[] s_shifts = [20, 10, 0];
    private const int Bins = 1 << 11;

    /// <summary>How many of <paramref name="values"/> a share is: at least one.</summary>
    public static int Count(int values, double share) => share <= 0 ? values : Math.Clamp((int)Math.Ceiling(share * values), 1, values);

    /// <summary>The places of the largest, ascending; of equals the first ones.</summary>
    public static void Find(ReadOnlySpan<float> values, Span<int> places)
    {
        var (bound, atBound) = Bound(values, places.Length);
        int found = 0;
        for (int i = 0; i < values.Length && found < places.Length; i++)
        {
            uint bits = Magnitude(values[i]);
            if (bits > bound || (bits == bound && atBound-- > 0)) places[found++] = i;
        }
    }

    // The magnitude of the last one taken, and how many of that magnitude are.
    private static (uint Bound, int AtBound) Bound(ReadOnlySpan<float> values, int count)
    {
        Span<int> histogram = stackalloc int[Bins];
        uint prefix = 0;
        int left = count, known = 31;
        foreach (int shift in s_shifts)
        {
            histogram.Clear();
            foreach (float value in values)
            {
                uint bits = Magnitude(value);
                if (known == 31 || bits >> known == prefix) histogram[(int)((bits >> shift) & ((1u << (known - shift)) - 1))]++;
            }
            int bin = (1 << (known - shift)) - 1;
            while (histogram[bin] < left) left -= histogram[bin--];
            prefix = (prefix << (known - shift)) | (uint)bin;
            known = shift;
        }
        return (prefix, left);
    }

    private static uint Magnitude(float value) => BitConverter.SingleToUInt32Bits(value) & 0x7FFF_FFFF;
}
