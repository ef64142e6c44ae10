namespace Learngene.Vision.Data;

/// <summary>How pixels become what a model sees: (value / 255 - mean) / std, per channel.</summary>
/// <param name="Mean">Mean of each channel, of values in 0 to 1.</param>
/// <param name="Std">Standard deviation of each channel, above 0.</param>
public sealed record Preprocess(IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    private const int MaxImagesDecoded = 2_000;

    /// <summary>Measures a training split: everything in memory, or at most 2,000 evenly spaced files. Rounded to 3 decimals; a channel without spread gets 1.</summary>
    /// <param name="set">The training split.</param>
    /// <exception cref="DataException">An image cannot be decoded.</exception>
    public static Preprocess Measure(ImageSet set)
    {
        var geometry = set.Geometry;
        var histogram = new long[geometry.Channels][];
        for (var c = 0; c < histogram.Length; c++)
            histogram[c] = new long[256];
        var images = set is MemoryImageSet ? set.Count : Math.Min(set.Count, MaxImagesDecoded);
        var chw = new byte[geometry.Size];
        for (var i = 0; i < images; i++)
        {
            set.Read((int)((long)i * set.Count / images), chw);
            for (var c = 0; c < histogram.Length; c++)
                foreach (var value in chw.AsSpan(c * geometry.Plane, geometry.Plane))
                    histogram[c][value]++;
        }
        return new([.. histogram.Select(Mean01)], [.. histogram.Select(Std01)]);
    }

    /// <summary>The same numbers, not the same list objects.</summary>
    /// <param name="other">What to compare with.</param>
    public bool Equals(Preprocess? other) => other is not null && Mean.SequenceEqual(other.Mean) && Std.SequenceEqual(other.Std);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean[0], Std[0], Mean.Count);

    /// <summary>One table a channel: byte to normalised value.</summary>
    internal float[][] Tables() =>
        [.. Mean.Zip(Std, (mean, std) => Enumerable.Range(0, 256).Select(v => (float)((v / 255.0 - mean) / std)).ToArray())];

    /// <summary>Refuses what cannot normalise images of this many channels.</summary>
    internal void Check(int channels)
    {
        if (Mean.Count != channels || Std.Count != channels)
            throw new ArgumentException($"Preprocess has {Mean.Count} means and {Std.Count} deviations; the images have {channels} channels.");
        if (!Mean.All(double.IsFinite) || !Std.All(s => double.IsFinite(s) && s > 0))
            throw new ArgumentException("Preprocess needs finite means and deviations above 0.");
    }

    private static double Mean01(long[] histogram) => Math.Round(Sum(histogram, 1) / Sum(histogram, 0) / 255, 3);

    private static double Std01(long[] histogram)
    {
        var mean = Sum(histogram, 1) / Sum(histogram, 0);
        var variance = Sum(histogram, 2) / Sum(histogram, 0) - mean * mean;
        var std = Math.Round(Math.Sqrt(Math.Max(variance, 0)) / 255, 3);
        return std > 0 ? std : 1;
    }

    // Sums of integers below 2^53: exact, so the result does not depend on the order of the images.
    private static double Sum(long[] histogram, int power)
    {
        var sum = 0.0;
        for (var v = 0; v < 256; v++)
            sum += histogram[v] * Math.Pow(v, power);
        return sum;
    }
}
