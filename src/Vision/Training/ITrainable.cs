using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>A model that the <see cref="Trainer"/> can train: its parameters and a function of them.</summary>
public interface ITrainable
{
    /// <summary>What is trained.</summary>
    ParameterSet Parameters { get; }

    /// <summary>Values that are not trained but belong into a checkpoint, flat; null (default) where there are none.</summary>
    Tensor? Constants => null;

    /// <summary>What images give in training step <paramref name="step"/>; what is random in it comes from the step's number.</summary>
    VitOutput Train(Tensor images, long step);

    /// <summary>Begins predictions with the parameters as they are: returns logits for images, without anything random.</summary>
    Func<Tensor, Tensor> Predictor();
}

/// <summary>What all that train a ViT do with it, wherever its weights come from.</summary>
internal static class TrainingStep
{
    /// <summary>Runs images through a ViT in training step <paramref name="step"/>: with drop-path, if the options ask for it, drawn from the step's number.</summary>
    public static VitOutput Train(this Vit vit, Tensor images, VitWeights weights, TrainingOptions options, long step)
    {
        if (options.DropPath <= 0) return vit.Run(images, weights);
        using var generator = new Generator(Seeds.Derive(options.Seed, 0xD409, (ulong)step));
        return vit.Run(images, weights, new DropPath(options.DropPath, generator));
    }
}

/// <summary>A plain ViT in training.</summary>
/// <param name="shape">Its architecture.</param>
/// <param name="parameters">Its parameters by checkpoint name.</param>
/// <param name="options">Drop-path, precision and seed.</param>
/// <param name="get">Its tensors by checkpoint name, where not all are trained (<see cref="ParameterSet.Freeze"/>). Default: the parameters.</param>
public sealed class VitTrainable(VitShape shape, ParameterSet parameters, TrainingOptions options, Func<string, Tensor>? get = null) : ITrainable
{
    private readonly Vit _vit = new(shape, options.Precision);
    private readonly VitWeights _weights = VitWeights.From(shape, get ?? (name => parameters[name]));

    /// <inheritdoc/>
    public ParameterSet Parameters => parameters;

    /// <inheritdoc/>
    public VitOutput Train(Tensor images, long step) => _vit.Train(images, _weights, options, step);

    /// <inheritdoc/>
    public Func<Tensor, Tensor> Predictor() => images => _vit.Forward(images, _weights);
}
