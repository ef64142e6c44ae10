using System.Numerics.Tensors;

namespace Learngene.Vision.Federation;

/// <summary>Sorts every column of a few rows at once: a network of exchanges between whole rows, each a minimum and a maximum over all columns.</summary>
internal static class SortedRows
{
    /// <summary>Ascending in each of the first columns (merge exchange: Knuth, The Art of Computer Programming 5.2.2, algorithm M).</summary>
    public static void Sort(float[][] rows, int columns)
    {
        int n = rows.Length, top = 1;
        if (n < 2) return;
        while (top < (n + 1) / 2) top *= 2;
        var smaller = new float[columns];
        for (int p = top; p > 0; p /= 2)
        {
            int q = top, r = 0, d = p;
            while (true)
            {
                for (int i = 0; i < n - d; i++)
                    if ((i & p) == r) Exchange(rows[i].AsSpan(0, columns), rows[i + d].AsSpan(0, columns), smaller);
                if (q == p) break;
                (d, q, r) = (q - p, q / 2, p);
            }
        }
    }

    private static void Exchange(Span<float> low, Span<float> high, Span<float> smaller)
    {
        TensorPrimitives.Min(low, high, smaller);
        TensorPrimitives.Max(low, high, high);
        smaller.CopyTo(low);
    }
}
