namespace Learngene.Vision.Federation;

/// <summary>FedAvg with mu/2 |theta - Theta|^2 in the clients' loss (Li et al. 2020).</summary>
internal sealed class FedProx(FederatedTask task) : IFederatedMethod
{
    public ClientSide Begin(LocalTraining training) => new Near(training, (float)task.Settings.FedProx.Mu);

    public void Apply(FederationModel model, RoundMean mean, int clients) => model.Add(mean, task.Layout.All, step: 1);

    private sealed class Near(LocalTraining training, float mu) : ClientSide(training)
    {
        public override void Correct(ReadOnlySpan<float> values, Span<float> gradient) => Penalty.AddGradient(values, Training.Given, mu, gradient);
    }
}

/// <summary>Quadratic penalties on the distance from given values.</summary>
internal static class Penalty
{
    /// <summary>gradient += factor * (values - given): of factor/2 |values - given|^2.</summary>
    public static void AddGradient(ReadOnlySpan<float> values, ReadOnlySpan<float> given, float factor, Span<float> gradient)
    {
        if (factor == 0) return;
        for (int i = 0; i < gradient.Length; i++) gradient[i] += factor * (values[i] - given[i]);
    }

    /// <summary>The same with a factor for each value.</summary>
    public static void AddGradient(ReadOnlySpan<float> values, ReadOnlySpan<float> given, ReadOnlySpan<float> factors, Span<float> gradient)
    {
        for (int i = 0; i < gradient.Length; i++) gradient[i] += factors[i] * (values[i] - given[i]);
    }
}
