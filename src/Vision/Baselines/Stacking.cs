using Learngene.Vision.Files;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// Stacking (StackBERT, ICML 2019) [S]: layer i of the model is layer i mod L of a trained one of the same width, 0,1,2,0,1,2,...; a
/// shallower model takes the first layers [R].
/// </summary>
public sealed class Stacking : IInitialisation
{
    /// <summary>The source's layer for each layer of the model.</summary>
    public static IReadOnlyList<int> Rule(int depth, int sourceDepth) => [.. Enumerable.Range(0, depth).Select(i => i % sourceDepth)];

    /// <inheritdoc/>
    public VitShape Target(ModelConfig source, InitialiseSettings settings) => settings.TargetOfSameWidth(source.Vit);

    /// <inheritdoc/>
    public VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt) =>
        Layers.Taken(source.Vit, get, Rule(target.Depth, source.Vit.Depth));
}
