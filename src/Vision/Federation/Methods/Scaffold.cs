namespace Learngene.Vision.Federation;

/// <summary>
/// SCAFFOLD (Karimireddy et al. 2020, option II): c estimates the mean gradient over all clients and c_i a client's own; a step goes along
/// g - c_i + c. Clients count alike. With momentum the K steps of learning rate eta move the model as far as sum (1 - m^j)/(1 - m), j = 1..K, steps
/// without [R]; without momentum that is K, the paper's.
/// </summary>
internal sealed class Scaffold(FederatedTask task) : IFederatedMethod
{
    private readonly ScaffoldSettings _settings = task.Settings.Scaffold;

    public long Weight(int samples) => 1;

    public ClientSide Begin(LocalTraining training) => new Controlled(training, _settings.Momentum!.Value);

    // x += eta_g mean(dy);  c += |S| / N mean(dc)
    public void Apply(FederationModel model, RoundMean mean, int clients)
    {
        int layers = task.Layout.ModelLayers;
        model.Add(mean, [.. task.Layout.All.Take(layers)], _settings.GlobalLr);
        model.Add(mean, [.. task.Layout.All.Skip(layers)], (double)mean.Contributions / clients);
    }

    private sealed class Controlled(LocalTraining training, double momentum) : ClientSide(training)
    {
        public override void Correct(ReadOnlySpan<float> values, Span<float> gradient)
        {
            ReadOnlySpan<float> c = Training.GivenControl, own = Training.Control;
            for (int i = 0; i < gradient.Length; i++) gradient[i] += c[i] - own[i];
        }

        // c_i+ = c_i - c + (x - y) / (K eta)
        public override Sending Finish(Span<float> differences)
        {
            if (Training.LearningRate == 0) return base.Finish(differences);
            double steps = 0;
            for (int k = 1; k <= Training.Steps; k++) steps += (1 - Math.Pow(momentum, k)) / (1 - momentum);
            var c = Training.GivenControl;
            float[] own = Training.Control;
            float scale = (float)(1 / (steps * Training.LearningRate));
            var controls = differences[own.Length..];
            for (int i = 0; i < own.Length; i++)
            {
                controls[i] = -c[i] - differences[i] * scale;
                own[i] += controls[i];
            }
            return base.Finish(differences);
        }
    }
}
