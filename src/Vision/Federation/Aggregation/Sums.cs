using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Learngene.Vision.Federation;

/// <summary>Sums over floats in doubles, in an order of their own that is the same on every machine.</summary>
internal static class Sums
{
    /// <summary>Sum of the squares; finite exactly if all values are.</summary>
    public static double OfSquares(ReadOnlySpan<float> values) => OfProducts(values, values);

    /// <summary>Sum of the products.</summary>
    public static double OfProducts(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref var first = ref MemoryMarshal.GetReference(x);
        ref var second = ref MemoryMarshal.GetReference(y[..x.Length]);
        var (a, b) = (Vector512<double>.Zero, Vector512<double>.Zero);
        nuint i = 0, length = (nuint)x.Length;
        for (; i + 16 <= length; i += 16)
        {
            var (xLow, xHigh) = Vector512.Widen(Vector512.LoadUnsafe(ref first, i));
            var (yLow, yHigh) = Vector512.Widen(Vector512.LoadUnsafe(ref second, i));
            a += xLow * yLow;
            b += xHigh * yHigh;
        }
        double sum = 0;
        for (int lane = 0; lane < 8; lane++) sum += a[lane] + b[lane];
        for (; i < length; i++) sum += (double)x[(int)i] * y[(int)i];
        return sum;
    }

    /// <summary>Sum of the squared differences.</summary>
    public static double OfSquaredDifferences(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref var first = ref MemoryMarshal.GetReference(x);
        ref var second = ref MemoryMarshal.GetReference(y[..x.Length]);
        var (a, b) = (Vector512<double>.Zero, Vector512<double>.Zero);
        nuint i = 0, length = (nuint)x.Length;
        for (; i + 16 <= length; i += 16)
        {
            var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref first, i) - Vector512.LoadUnsafe(ref second, i));
            a += low * low;
            b += high * high;
        }
        double sum = 0;
        for (int lane = 0; lane < 8; lane++) sum += a[lane] + b[lane];
        for (; i < length; i++) sum += ((double)x[(int)i] - y[(int)i]) * ((double)x[(int)i] - y[(int)i]);
        return sum;
    }
}
