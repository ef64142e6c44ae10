using System.Numerics;

namespace Learngene.Vision.Data;

/// <summary>What a sequence of draws is for; each purpose has sequences of its own.</summary>
internal enum DrawPurpose
{
    Subset,
    Order,
    Augment,
    Mix,
}

/// <summary>
/// A small generator (xoshiro256**, https://prng.di.unimi.it) whose whole sequence follows from (seed, purpose, epoch, index),
/// so that what happens to an image does not depend on which thread prepares it, or when. Mutable: pass it by reference.
/// </summary>
internal struct Draws
{
    private ulong _a, _b, _c, _d;

    public Draws(ulong seed, DrawPurpose purpose, int epoch, int index)
    {
        var state = Mix(Mix(Mix(seed) ^ (ulong)purpose) ^ (uint)epoch) ^ (uint)index;
        _a = Mix(state);
        _b = Mix(_a ^ state);
        _c = Mix(_b ^ state);
        _d = Mix(_c ^ state) | 1; // never all zero
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * Uniform();

    /// <summary>Uniform in 0 to bound - 1, without bias.</summary>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        while (true)
        {
            var high = Math.BigMul(Next(), (ulong)bound, out var low);
            if (low >= (0 - (ulong)bound) % (ulong)bound)
                return (int)high;
        }
    }

    /// <summary>True with probability p.</summary>
    public bool Chance(double p) => Uniform() < p;

    /// <summary>Normal with mean 0 and deviation 1.</summary>
    public double Normal() => NormalPair().First;

    /// <summary>Two independent normal numbers for little more than the price of one (Box-Muller).</summary>
    public (double First, double Second) NormalPair()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform()));
        var (sin, cos) = Math.SinCos(2 * Math.PI * Uniform());
        return (radius * cos, radius * sin);
    }

    /// <summary>Beta(alpha, alpha), alpha above 0.</summary>
    public double Beta(double alpha)
    {
        double x = LogGamma(alpha), y = LogGamma(alpha);
        return 1 / (1 + Math.Exp(y - x)); // in logarithms: a gamma of small alpha underflows
    }

    // Marsaglia and Tsang 2000; for alpha below 1, Gamma(alpha) = Gamma(alpha + 1) U^(1/alpha).
    internal double LogGamma(double alpha)
    {
        if (alpha < 1)
            return LogGamma(alpha + 1) + Math.Log(1 - Uniform()) / alpha;
        double d = alpha - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - Uniform()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return Math.Log(d) + Math.Log(v);
        }
    }

    // SplitMix64's step and finaliser.
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
