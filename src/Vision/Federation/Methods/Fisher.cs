namespace Learngene.Vision.Federation;

/// <summary>The diagonal of the empirical Fisher information on a client's own images: F_j = E[(d log p(y|x) / d theta_j)^2] with the true labels.</summary>
internal static class Fisher
{
    /// <summary>Estimated at the values given, over a few mini-batches drawn without replacement (ModelCount).</summary>
    public static float[] Diagonal(LocalTraining training, FisherRule rule, int batches)
    {
        int[] images = training.Order(Purpose.Fisher, 0);
        int size = training.Task.Settings.Batch, taken = (int)Math.Min(images.Length, (long)batches * size);
        var fisher = new float[training.Task.Layout.ModelCount];
        var gradient = new float[fisher.Length];
        int step = rule == FisherRule.PerSample ? 1 : size;
        for (int from = 0; from < taken; from += step)
        {
            int n = Math.Min(step, taken - from);
            training.Gradient(images.AsSpan(from, n), gradient);
            // A mini-batch's gradient is the mean of n: its square is about 1/n of the mean square.
            float weight = n * (float)n / taken;
            for (int j = 0; j < fisher.Length; j++) fisher[j] += gradient[j] * gradient[j] * weight;
        }
        return fisher;
    }
}
