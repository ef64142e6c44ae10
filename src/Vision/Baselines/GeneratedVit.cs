using Learngene.Vision.Models;
using Learngene.Vision.Training;
using TorchSharp;
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
    public Tensor Train(Tensor images, long step)
    {
        if (options.DropPath <= 0) return _vit.Forward(images, generate());
        using var generator = new Generator(Seeds.Derive(options.Seed, 0xD409, (ulong)step));
        return _vit.Forward(images, generate(), new DropPath(options.DropPath, generator));
    }

    /// <inheritdoc/>
    public Func<Tensor, Tensor> Predictor()
    {
        var weights = generate();
        return images => _vit.Forward(images, weights);
    }
}
