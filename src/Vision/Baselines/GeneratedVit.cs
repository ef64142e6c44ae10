using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>A ViT whose weights are generated anew in each step from what is trained.</summary>
/// <param name="shape">The ViT.</param>
/// <param name="parameters">What is trained.</param>
/// <param name="options">Drop-path, precision and seed.</param>
/// <param name="generate">Gives the weights from the parameters as they are.</param>
public sealed class GeneratedVit(VitShape shape, ParameterSet parameters, TrainingOptions options, Func<VitWeights> generate) : ITrainable
{
    private readonly Vit _vit = new(shape, options.Precision);

    /// <inheritdoc/>
    public ParameterSet Parameters => parameters;

    /// <inheritdoc/>
    public VitOutput Train(Tensor images, long step) => _vit.Train(images, generate(), options, step);

    /// <inheritdoc/>
    public Func<Tensor, Tensor> Predictor()
    {
        var weights = generate();
        return images => _vit.Forward(images, weights);
    }
}
