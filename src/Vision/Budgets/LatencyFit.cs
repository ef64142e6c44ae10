using Learngene.Vision.Models;

namespace Learngene.Vision.Budgets;

/// <summary>How long one image took.</summary>
/// <param name="Shape">The architecture.</param>
/// <param name="Seconds">Of one forward pass, batch 1; positive.</param>
public sealed record MeasuredLatency(VitShape Shape, double Seconds);

/// <summary>What a device needs for each thing that a forward pass of one image does; all 0 or more.</summary>
public sealed record LatencyCoefficients
{
    /// <summary>Seconds that every image costs.</summary>
    public required double Constant { get; init; }
    /// <summary>Seconds that every layer costs, whatever its size: starting a dozen kernels.</summary>
    public required double Layer { get; init; }
    /// <summary>Seconds for an operation of a product with a weight, two a multiply-add.</summary>
    public required double Product { get; init; }
    /// <summary>Seconds for a weight that is read.</summary>
    public required double Weight { get; init; }
    /// <summary>Seconds for a value of a token that is passed on: tokens x width in each layer.</summary>
    public required double Activation { get; init; }
    /// <summary>Seconds for an operation of the two products of attention.</summary>
    public required double Attention { get; init; }
    /// <summary>Seconds for an attention score: heads x tokens^2 in each layer.</summary>
    public required double Score { get; init; }

    internal double[] ToArray() => [Constant, Layer, Product, Weight, Activation, Attention, Score];
}

/// <summary>How far a fitted model is off, |predicted / measured - 1|, at sizes that it was not fitted to.</summary>
/// <param name="Median">Half of the sizes are off by less.</param>
/// <param name="Max">The worst of them.</param>
/// <param name="Sizes">How many there were, 1 or more.</param>
public sealed record LatencyError(double Median, double Max, int Sizes);

/// <summary>Fits seconds to sizes: a sum of what a forward pass does, each at a price of 0 or more, with the least relative error.</summary>
public static class LatencyFit
{
    private const int Terms = 7;
    private const int Rounds = 20;
    // Below this relative error a measurement counts in full; beyond it less and less, so that one disturbed by other work decides nothing.
    private const double Trusted = 0.05;

    /// <summary>The prices that explain the measurements best.</summary>
    /// <exception cref="InvalidInputException">Fewer than 8 measurements, or one that is not positive.</exception>
    public static LatencyCoefficients Fit(IReadOnlyList<MeasuredLatency> measured)
    {
        if (measured.Count <= Terms)
            throw new InvalidInputException($"{measured.Count} measured sizes are too few to fit a latency to; at least {Terms + 1} are needed.");
        if (measured.FirstOrDefault(m => !(m.Seconds > 0 && double.IsFinite(m.Seconds))) is { } bad)
            throw new InvalidInputException(FormattableString.Invariant($"a latency of {bad.Seconds} s at {bad.Shape.Width}x{bad.Shape.Depth} is not positive."));
        double[][] relative = [.. measured.Select(m => Amounts(m.Shape).Select(t => t / m.Seconds).ToArray())];
        var weights = Enumerable.Repeat(1.0, measured.Count).ToArray();
        double[] x = [];
        for (int round = 0; round < Rounds; round++)
        {
            x = NonNegative.LeastSquares([.. relative.Zip(weights, (r, w) => r.Select(t => t * w).ToArray())], weights, Terms);
            weights = [.. relative.Select(r => Math.Sqrt(Trusted / Math.Max(Trusted, Math.Abs(Sum(r, x) - 1))))];
        }
        return new() { Constant = x[0], Layer = x[1], Product = x[2], Weight = x[3], Activation = x[4], Attention = x[5], Score = x[6] };
    }

    /// <summary>Seconds for one image.</summary>
    public static double Predict(LatencyCoefficients coefficients, VitShape shape) => Sum(Amounts(shape), coefficients.ToArray());

    /// <summary>How far the prices are off at sizes that they were not fitted to.</summary>
    /// <exception cref="InvalidInputException">There are none.</exception>
    public static LatencyError Error(LatencyCoefficients coefficients, IReadOnlyList<MeasuredLatency> heldOut)
    {
        if (heldOut.Count == 0) throw new InvalidInputException("no size was held out, so the error of the fit is not known; measure more sizes.");
        double[] errors = [.. heldOut.Select(m => Math.Abs(Predict(coefficients, m.Shape) / m.Seconds - 1)).Order()];
        double median = (errors[(errors.Length - 1) / 2] + errors[errors.Length / 2]) / 2;
        return new(median, errors[^1], errors.Length);
    }

    // In doubles: the largest admissible shapes overflow a long.
    private static double[] Amounts(VitShape s)
    {
        double d = s.Width, t = s.Tokens, weights = 4 * d * d + 2 * d * s.Hidden, embedding = d * s.PatchValues, head = d * s.Classes;
        return
        [
            1,
            s.Depth,
            2 * (s.Depth * t * weights + s.Patches * embedding + head),
            s.Depth * weights + embedding + head,
            s.Depth * t * d,
            2 * s.Depth * 2 * t * t * d,
            s.Depth * s.Heads * t * t,
        ];
    }

    private static double Sum(double[] amounts, double[] prices)
    {
        double sum = 0;
        for (int i = 0; i < amounts.Length; i++) sum += amounts[i] * prices[i];
        return sum;
    }
}
