using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training.Parallel;

/// <summary>Logits that are a matrix (classes, pixels) times the pixels: a training that can be worked out by hand.</summary>
internal sealed class LinearModel(int classes, int pixels) : ITrainable, IDisposable
{
    public ParameterSet Parameters { get; } = new([new ParameterSpec("w", [classes, pixels], true)]);

    public VitOutput Train(Tensor images, long step)
    {
        var features = images.flatten(1);
        return new(features.matmul(Parameters["w"].t()), features);
    }

    public Func<Tensor, Tensor> Predictor() => images => Train(images, 0).Logits;

    public float[] Values
    {
        get => Parameters.Values.data<float>().ToArray();
        set
        {
            using var given = tensor(value);
            Parameters.Set("w", given);
        }
    }

    public void Dispose() => Parameters.Dispose();
}
