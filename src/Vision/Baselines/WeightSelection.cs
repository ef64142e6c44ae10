using Learngene.Vision.Files;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// Weight selection ("Initializing Models with Larger Ones", ICLR 2024) [S]: layer i of the small model is layer i of the large one, and
/// of each tensor evenly spaced elements are taken along every dimension, the same for all tensors; the position and patch embeddings
/// and the head's columns alike. q, k and v are selected each apart [R]: with a width that divides the large one's this is what the
/// authors' code does to the fused tensor. Channels are spaced over all heads, not over whole heads [R], so a head of the small model
/// holds channels of neighbouring heads of the large one, the same ones of q, k, v and of the projection after them.
/// </summary>
public sealed class WeightSelection : IInitialisation
{
    /// <summary>Which of <paramref name="from"/> elements are taken: every n-th where it comes out even, otherwise rounded from the first to the last [S].</summary>
    public static IReadOnlyList<int> Indices(int from, int to) => from % to == 0
        ? [.. Enumerable.Range(0, to).Select(i => i * (from / to))]
        : [.. Enumerable.Range(0, to).Select(i => (int)Math.Round((double)i * (from - 1) / (to - 1), MidpointRounding.ToEven))];

    /// <inheritdoc/>
    public VitShape Target(ModelConfig source, InitialiseSettings settings)
    {
        var target = settings.Target(source.Vit);
        if (target.Width > source.Vit.Width)
            throw new InvalidInputException($"width {target.Width} is above the source's {source.Vit.Width}; weight-selection only makes smaller models.");
        if (target.Depth > source.Vit.Depth)
            throw new InvalidInputException($"depth {target.Depth} is above the source's {source.Vit.Depth}; weight-selection only makes smaller models.");
        return target;
    }

    /// <inheritdoc/>
    public VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt)
    {
        var shapes = VitWeights.Specs(target).ToDictionary(s => s.Name, s => s.Shape);
        return VitWeights.From(target, name => Selected(Layers.Apart(name, get(name)), Layers.Apart(name, shapes[name])).reshape(shapes[name]));
    }

    private static Tensor Selected(Tensor value, long[] shape)
    {
        for (int axis = 0; axis < shape.Length; axis++)
            if (value.shape[axis] != shape[axis])
                value = value.index_select(axis, tensor(Indices((int)value.shape[axis], (int)shape[axis]).Select(i => (long)i).ToArray()).to(value.device));
        return value;
    }
}
