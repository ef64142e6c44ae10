using MathNet.Numerics.Distributions;

namespace Learngene.Cli.Report;

/// <summary>What a report says about repeated numbers: nothing that one number cannot carry.</summary>
internal static class Statistics
{
    /// <summary>Count, mean and spread of numbers, of which there is at least one.</summary>
    public static Summary Of(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return new(values.Count, mean, values.Count < 2 ? null : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)));
    }

    /// <summary>The interval that holds the mean with 95 % confidence (Student's t, n - 1 degrees of freedom); null for one number.</summary>
    public static Interval? Interval95(IReadOnlyList<double> values)
    {
        if (Of(values) is not { Deviation: { } deviation } summary) return null;
        double half = StudentT.InvCDF(0, 1, values.Count - 1, 0.975) * deviation / Math.Sqrt(values.Count);
        return new(summary.Mean - half, summary.Mean + half);
    }
}

/// <summary>Repeated numbers in short.</summary>
/// <param name="Count">How many.</param><param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation (n - 1), or null where there is one number.</param>
internal readonly record struct Summary(int Count, double Mean, double? Deviation);

/// <summary>From a number to another.</summary>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>Whether zero lies inside.</summary>
    public bool HoldsZero => Low <= 0 && High >= 0;
}
