namespace Learngene.Vision.Federation;

/// <summary>The diagonal of the empirical Fisher information on a client's own images: F_j = E[(d log p(y|x) / d theta_j)^2] with the true labels.</summary>
internal static class Fisher
{
    // Copies of the weights that are held at once: small models go through in one pass, large ones image by image.
    private const int MostCopied = 4_000_000;

    /// <summary>Estimated at the values given, over a few mini-batches drawn without replacement (ModelCount).</summary>
    public static float[] Diagonal(LocalTraining training, FisherRule rule, int batches)
    {
        int[] images = training.Order(Purpose.Fisher, 0);
        int size = training.Task.Settings.Batch, taken = (int)Math.Min(images.Length, (long)batches * size);
        var fisher = new float[training.Task.Layout.ModelCount];
        int step = rule == FisherRule.PerSample ? Math.Max(1, MostCopied / fisher.Length) : size;
        for (int from = 0; from < taken; from += step)
        {
            var some = images.AsSpan(from, Math.Min(step, taken - from));
            if (rule == FisherRule.PerSample) training.AddSquaredGradients(some, fisher);
            else AddSquaredMean(training, some, fisher);
        }
        for (int j = 0; j < fisher.Length; j++) fisher[j] /= taken;
        return fisher;
    }

    // The square of the mean of n gradients is about 1/n of their mean square, and so 1/n^2 of the sum of their squares.
    private static void AddSquaredMean(LocalTraining training, ReadOnlySpan<int> images, Span<float> sum)
    {
        var gradient = new float[sum.Length];
        training.Gradient(images, gradient);
        float n = images.Length;
        for (int j = 0; j < sum.Length; j++) sum[j] += n * n * gradient[j] * gradient[j];
    }
}
