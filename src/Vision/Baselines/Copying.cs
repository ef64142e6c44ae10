using Learngene.Vision.Files;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// Copying [R]: layer i of L' is layer floor(i L / L') of a trained model of the same width, which drops layers of a shallower model evenly
/// and doubles neighbours in a deeper one.
/// </summary>
public sealed class Copying : IInitialisation
{
    /// <summary>The source's layer for each layer of the model.</summary>
    public static IReadOnlyList<int> Rule(int depth, int sourceDepth) => [.. Enumerable.Range(0, depth).Select(i => i * sourceDepth / depth)];

    /// <inheritdoc/>
    public VitShape Target(ModelConfig source, InitialiseSettings settings) => settings.TargetOfSameWidth(source.Vit);

    /// <inheritdoc/>
    public VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt) =>
        Layers.Taken(source.Vit, get, Rule(target.Depth, source.Vit.Depth));
}
