namespace Learngene.Vision.Federation;

/// <summary>How much each layer changed in a round (METHODS 3.2, item 5).</summary>
internal static class LayerScores
{
    /// <summary>cos(theta_l, theta~_l) of each layer of the model, -1..1.</summary>
    public static float[] Cosines(FederatedLayout layout, ReadOnlySpan<float> now, ReadOnlySpan<float> before)
    {
        var cosines = new float[layout.ModelLayers];
        for (int l = 0; l < cosines.Length; l++)
        {
            ReadOnlySpan<float> x = layout.Slice(now, l), y = layout.Slice(before, l);
            double length = Math.Sqrt(Sums.OfSquares(x) * Sums.OfSquares(y));
            cosines[l] = length > 0 ? (float)(Sums.OfProducts(x, y) / length) : 1;
        }
        return cosines;
    }

    /// <summary>What a rule orders by: cosines for most-stable, otherwise cosine * dim^exponent, made to sum to 1.</summary>
    public static float[] Of(GeneFlSettings settings, FederatedLayout layout, ReadOnlySpan<float> now, ReadOnlySpan<float> before)
    {
        float[] scores = Cosines(layout, now, before);
        if (settings.Selection == GeneSelection.MostStable) return scores;
        double[] weighted = [.. scores.Select((c, l) => c * Math.Pow(layout.Layers[l].Count, settings.DimExponent))];
        double sum = weighted.Sum();
        return [.. weighted.Select(w => (float)(sum > 0 ? w / sum : 0))];
    }
}
