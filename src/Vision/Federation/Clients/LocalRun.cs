namespace Learngene.Vision.Federation;

/// <summary>Epochs over a client's images, one after the other with the same moments.</summary>
internal sealed class LocalRun(LocalModel model, LocalImages images, FederationSettings settings, double learningRate, double momentum)
{
    private readonly LocalStep _step = new(settings.Optimiser, model.Values.Length, momentum, settings.Clip);

    /// <summary>What the method adds; null adds nothing.</summary>
    public ClientSide? Side { get; init; }
    /// <summary>Called between steps.</summary>
    public Action? Breathe { get; init; }

    /// <summary>Shows every image once, in the order given, and returns the mean loss.</summary>
    public double Epoch(ReadOnlySpan<int> order)
    {
        double loss = 0;
        for (int from = 0; from < order.Length; from += settings.Batch)
        {
            Breathe?.Invoke();
            int n = Math.Min(settings.Batch, order.Length - from);
            loss += n * model.Backward(images, order.Slice(from, n));
            Span<float> values = model.Values, gradients = model.Gradients;
            _step.Clip(gradients);
            Side?.Correct(values, gradients);
            _step.Take(values, gradients, learningRate);
        }
        return loss / order.Length;
    }
}
