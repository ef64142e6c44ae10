using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// SWS (IJCAI 2024, arXiv 2404.16897) [S, README]: the layers of a 16-layer auxiliary model share their weights in 5 stages of 3, 3, 4,
/// 3, 3 and learn by soft distillation; a 12-layer descendant takes the stages 0,0,0,1,1,1,2,2,3,3,4,4. Other depths of either are [R].
/// What is learnt is a <c>vit</c> whose depth is the number of stages, one layer for each.
/// </summary>
public sealed class Sws : ISharedBaseline, IInitialisation
{
    private const int Stages = 5;

    private static readonly int[] Ends = [3, 6, 10, 13, 16]; // of the stages, in the paper's 16 layers

    /// <inheritdoc/>
    public int DefaultDepth(VitShape ancestry) => 16;

    /// <summary>The stage of each layer of an auxiliary model of that depth [S at 16, in proportion at others R].</summary>
    public static IReadOnlyList<int> AuxiliaryStages(int depth) =>
        [.. Enumerable.Range(0, depth).Select(l => Array.FindIndex(Ends, end => l < (2 * end * depth + 16) / 32))];

    /// <summary>
    /// The stage of each layer of a descendant: every stage equally often, the first ones once more where it does not come out even
    /// [S at 12, R at others]; with fewer layers than stages, stages evenly spaced from the first to the last [R].
    /// </summary>
    /// <param name="depth">Layers of the descendant.</param><param name="stages">Stages there are.</param>
    public static IReadOnlyList<int> DescendantStages(int depth, int stages = Stages)
    {
        if (depth == 1) return [0];
        if (depth < stages) return [.. Enumerable.Range(0, depth).Select(i => (2 * i * (stages - 1) + depth - 1) / (2 * (depth - 1)))];
        return [.. Enumerable.Range(0, stages).SelectMany(s => Enumerable.Repeat(s, depth / stages + (s < depth % stages ? 1 : 0)))];
    }

    /// <inheritdoc/>
    public ModelConfig Config(VitShape auxiliary, BaselineSettings settings) => auxiliary.Depth >= Stages
        ? new() { Kind = "vit", Vit = auxiliary with { Depth = Stages } }
        : throw new InvalidInputException($"depth {auxiliary.Depth} is fewer than the {Stages} stages of sws; give {Stages}..256.");

    /// <inheritdoc/>
    public ParameterSet Create(ModelConfig config, ulong seed, Device? device = null) => VitInit.Create(config.Vit, seed, device);

    /// <inheritdoc/>
    public ITrainable Trainable(VitShape auxiliary, ModelConfig config, ParameterSet parameters, BaselineSettings settings) =>
        new GeneratedVit(auxiliary, parameters, settings, () => Layers.Taken(config.Vit, name => parameters[name], AuxiliaryStages(auxiliary.Depth)));

    /// <inheritdoc/>
    public VitShape Target(ModelConfig source, InitialiseSettings settings) => settings.TargetOfSameWidth(source.Vit);

    /// <inheritdoc/>
    public VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt) =>
        Layers.Taken(source.Vit, get, DescendantStages(target.Depth, source.Vit.Depth));
}
