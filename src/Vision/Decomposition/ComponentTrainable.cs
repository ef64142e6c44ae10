using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>Components as something to train: each step recomposes a model and runs the images through it.</summary>
/// <param name="shape">Components that exist, the frozen ones among them, and the model they make.</param>
/// <param name="parameters">
/// What is trained, by stacked name: the tensors outside the blocks, the width matrices if there are any, and the components after the
/// frozen ones (N - frozen, ...).
/// </param>
/// <param name="settings">Form of training, drop-path, precision and seed.</param>
/// <param name="all">Where the frozen components are, as the first of its stacks; null where there are none. Saved in checkpoints.</param>
/// <param name="frozen">How many there are: constants without gradient, weight decay or optimiser state.</param>
public sealed class ComponentTrainable(
    DecompositionShape shape, ParameterSet parameters, DecompositionSettings settings, ParameterSet? all = null, int frozen = 0) : ITrainable
{
    private readonly int[] _widths = [.. shape.Widths(settings.MinWidth ?? shape.ComponentWidth)];

    /// <inheritdoc/>
    public ParameterSet Parameters => parameters;

    /// <inheritdoc/>
    public Tensor? Constants => all?.Values;

    /// <summary>The width, depth and number of components of step <paramref name="step"/>: the largest, but in the sampled form drawn.</summary>
    public ModelSize SizeAt(long step)
    {
        if (settings.Training != DecompositionTraining.Sampled) return shape.Largest;
        var size = Drawn(0xDEC0, step);
        if (settings.Sampling == SizeSampling.Uniform) return size;
        var other = Drawn(0xDEC2, step);
        int Preferred(Func<ModelSize, int> axis) => settings.Sampling.Of(axis(size), axis(other));
        return new(Preferred(s => s.Width), Preferred(s => s.Depth), Preferred(s => s.Components!.Value));
    }

    private ModelSize Drawn(ulong purpose, long step)
    {
        int least = Math.Min(settings.MinDepth, shape.Vit.Depth);
        ulong draw = Seeds.Derive(settings.Seed, purpose, (ulong)step), depths = (ulong)(shape.Vit.Depth - least + 1), counts = (ulong)shape.Components;
        int width = _widths[(int)(draw / depths / counts % (ulong)_widths.Length)];
        return new(width, least + (int)(draw % depths), 1 + (int)(draw / depths % counts));
    }

    /// <inheritdoc/>
    public VitOutput Train(Tensor images, long step)
    {
        var size = SizeAt(step);
        return new Vit(shape.Descendant(size), settings.Precision).Train(images, Recompose(size), settings, step);
    }

    /// <inheritdoc/>
    public Func<Tensor, Tensor> Predictor()
    {
        var weights = Recompose(shape.Largest);
        var vit = new Vit(shape.Vit, settings.Precision);
        return images => vit.Forward(images, weights);
    }

    private VitWeights Recompose(ModelSize size) =>
        Recomposition.Expand(shape, name => parameters[name], size, frozen == 0 ? null : name => all![name].detach().narrow(0, 0, frozen));
}
