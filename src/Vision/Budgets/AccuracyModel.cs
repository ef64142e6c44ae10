namespace Learngene.Vision.Budgets;

/// <summary>Where an accuracy comes from.</summary>
public enum AccuracySource
{
    /// <summary>That very size was evaluated.</summary>
    Measured,
    /// <summary>Interpolated from sizes that were.</summary>
    Predicted,
    /// <summary>No size was evaluated; more parameters are assumed to be better.</summary>
    Unknown,
}

/// <summary>What a size is expected to reach.</summary>
/// <param name="Value">Accuracy, 0..1; null where it is unknown.</param>
/// <param name="Source">How it is known.</param>
public sealed record AccuracyEstimate(double? Value, AccuracySource Source);

/// <summary>The accuracy of a size that was evaluated.</summary>
/// <param name="Width">Channels of a token.</param>
/// <param name="Depth">Layers.</param>
/// <param name="Components">Components of a linear decomposition; null where there are none.</param>
/// <param name="Accuracy">0..1.</param>
public sealed record MeasuredAccuracy(int Width, int Depth, int? Components, double Accuracy);

/// <summary>
/// What sizes that nobody has evaluated are worth, judged by those that were, over log2 of width, depth and components: a plane that
/// never falls with size, and the neighbours' deviations from it, weighted by 1 / distance^4. Beyond the largest measured size nothing is
/// gained; below the smallest every halving costs what the plane says, and a point at least, so that guesses stay on the safe side.
/// </summary>
public sealed class AccuracyModel
{
    private const int Axes = 3;
    private const double LeastLossPerHalving = 0.01;
    private readonly Dictionary<(int, int, int?), double> _measured;
    private readonly (double[] At, double Deviation)[] _known;
    private readonly double[] _low, _high, _mean, _slope;
    private readonly double _level;

    /// <summary>Judges by these; several of one size count as their mean.</summary>
    /// <exception cref="InvalidInputException">A size below 1 or an accuracy outside 0..1.</exception>
    public AccuracyModel(IEnumerable<MeasuredAccuracy> measured)
    {
        var all = measured.ToList();
        foreach (var m in all)
        {
            if (m.Width < 1 || m.Depth < 1 || m.Components < 1)
                throw new InvalidInputException($"measured size {m.Width}x{m.Depth} with components {m.Components} cannot be; all must be 1 or more.");
            if (!(m.Accuracy is >= 0 and <= 1))
                throw new InvalidInputException(FormattableString.Invariant($"accuracy {m.Accuracy} of {m.Width}x{m.Depth} is outside 0..1."));
        }
        _measured = all.GroupBy(m => (m.Width, m.Depth, m.Components)).ToDictionary(g => g.Key, g => g.Average(m => m.Accuracy));
        var at = _measured.Keys.Select(k => Place(k.Item1, k.Item2, k.Item3)).ToArray();
        double[] values = [.. _measured.Values];
        double[] Each(Func<IEnumerable<double>, double> of) => [.. Enumerable.Range(0, Axes).Select(a => at.Length == 0 ? 0 : of(at.Select(p => p[a])))];
        (_low, _high, _mean) = (Each(Enumerable.Min), Each(Enumerable.Max), Each(Enumerable.Average));
        _level = values.DefaultIfEmpty().Average();
        _slope = NonNegative.LeastSquares(
            [.. at.Select(p => p.Zip(_mean, (x, m) => x - m).ToArray())], [.. values.Select(v => v - _level)], Axes);
        _known = [.. at.Zip(values, (p, v) => (p, v - Plane(p)))];
    }

    /// <summary>Knows nothing: larger is better.</summary>
    public static AccuracyModel None { get; } = new([]);

    /// <summary>What is known or guessed of a size.</summary>
    public AccuracyEstimate Of(SizeOption size)
    {
        if (_known.Length == 0) return new(null, AccuracySource.Unknown);
        if (_measured.TryGetValue((size.Width, size.Depth, size.Components), out double measured)) return new(measured, AccuracySource.Measured);
        return new(Math.Clamp(Predict(Place(size.Width, size.Depth, size.Components)), 0, 1), AccuracySource.Predicted);
    }

    private double Predict(double[] place)
    {
        double loss = 0;
        for (int a = 0; a < Axes; a++)
        {
            loss += Math.Max(0, _low[a] - place[a]) * Math.Max(_slope[a], LeastLossPerHalving);
            place[a] = Math.Clamp(place[a], _low[a], _high[a]);
        }
        return Plane(place) + Deviation(place) - loss;
    }

    private double Plane(double[] place)
    {
        double value = _level;
        for (int a = 0; a < Axes; a++) value += _slope[a] * (place[a] - _mean[a]);
        return value;
    }

    private double Deviation(double[] place)
    {
        double sum = 0, weights = 0;
        foreach (var (at, deviation) in _known)
        {
            double square = 0;
            for (int a = 0; a < Axes; a++) square += (at[a] - place[a]) * (at[a] - place[a]);
            if (square < 1e-18) return deviation;
            double weight = 1 / (square * square);
            sum += weight * deviation;
            weights += weight;
        }
        return sum / weights;
    }

    private static double[] Place(int width, int depth, int? components) => [Math.Log2(width), Math.Log2(depth), Math.Log2(components ?? 1)];
}
