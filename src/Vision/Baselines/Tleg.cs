using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// TLEG (AAAI 2024, arXiv 2312.05614) [S, code]: every tensor of a block is W_l = base + (l/L) slope, l = 0..L-1, both learnt by soft
/// distillation of an L-layer auxiliary model with the <c>avg</c> pool. That is a decomposition of two components, Taylor's 1 and x at
/// x = l/L, trained together; so what is learnt is a <c>decomposition</c>, and a descendant is what <c>descend</c> makes of it at its own L.
/// </summary>
public sealed class Tleg : ISharedBaseline
{
    /// <inheritdoc/>
    public ModelConfig Config(VitShape auxiliary, BaselineSettings settings) => new()
    {
        Kind = "decomposition", Vit = auxiliary,
        Decomposition = new DecompositionShape { Vit = auxiliary, Components = 2, Basis = Basis.Taylor, Nodes = Nodes.Paper, OrderOffset = 0 }.Validated(),
    };

    /// <summary>Initial values [S]: gains of the base 1 and of the slope 0, biases 0, every other weight of both normal of 0.02.</summary>
    public ParameterSet Create(ModelConfig config, ulong seed, Device? device = null)
    {
        var parameters = new ParameterSet(DecompositionParameters.Specs(config.Decomposition!), device);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach (var spec in parameters.Specs)
        {
            var value = VitInit.Initial(spec, generator);
            if (DecompositionParameters.IsStacked(spec.Name) && spec.Name.Contains(".norm", StringComparison.Ordinal)) value[1].zero_();
            parameters.Set(spec.Name, value);
        }
        return parameters;
    }

    /// <inheritdoc/>
    public ITrainable Trainable(VitShape auxiliary, ModelConfig config, ParameterSet parameters, BaselineSettings settings) =>
        new GeneratedVit(auxiliary, parameters, settings, () => Recomposition.Expand(config.Decomposition!, name => parameters[name], config.Decomposition!.Largest));
}
