using System.Runtime.InteropServices;
using Learngene.Vision.Federation;

namespace Learngene.Vision.Training;

/// <summary>
/// The mean of vectors, streamed in one after the other in any order. As in a federation's round they are summed as whole numbers
/// (<see cref="FixedPoint"/>), but of two sizes: multiples of 2^-46, and what these leave in multiples of 2^-102. So every float from 2^-79
/// (1.7e-24) to 2^10 goes in without rounding, and the mean of one vector is the vector.
/// </summary>
/// <param name="count">Values of a vector. Memory: 16 bytes each.</param>
public sealed class ExactMean(int count)
{
    private const double Coarse = 1L << 46, Fine = Coarse * (1L << 56);
    private const float MaxValue = 1024; // times 64 vectors: sums stay below 2^62
    private const int Piece = 4096;
    private readonly long[] _coarse = new long[count], _fine = new long[count];

    /// <summary>Vectors in it.</summary>
    public int Vectors { get; private set; }

    /// <summary>Adds the next values of a vector, from <paramref name="from"/> on; <see cref="Complete"/> ends it.</summary>
    /// <exception cref="ArithmeticException">A value is not finite or beyond 1,024.</exception>
    public void Add(int from, ReadOnlySpan<float> values)
    {
        Span<float> rest = stackalloc float[Piece];
        for (int first = 0; first < values.Length; first += Piece)
        {
            var some = values[first..Math.Min(first + Piece, values.Length)];
            float largest = BitConverter.UInt32BitsToSingle(FixedPoint.Add(_coarse.AsSpan(from + first), some, Coarse));
            if (!(largest <= MaxValue)) throw new ArithmeticException($"a worker came to a value of magnitude {largest}; lower lr or set clip.");
            for (int i = 0; i < some.Length; i++) rest[i] = (float)(some[i] - Math.Round(some[i] * Coarse) / Coarse); // a float: the low bits of one
            FixedPoint.Add(_fine.AsSpan(from + first), rest[..some.Length], Fine);
        }
    }

    /// <summary>Ends a vector.</summary>
    public void Complete()
    {
        if (++Vectors > ShardPlan.MostWorkers) throw new InvalidOperationException($"the mean of more than {ShardPlan.MostWorkers} vectors could overflow.");
    }

    /// <summary>The mean of value <paramref name="i"/>.</summary>
    public double this[int i] => (_coarse[i] / Coarse + _fine[i] / Fine) / Vectors;
}
