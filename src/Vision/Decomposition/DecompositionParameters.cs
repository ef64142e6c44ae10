using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// What a decomposition consists of: the tensors of its ViT outside the blocks, and those inside a block stacked over the components
/// along a first axis (N) under the name <c>components.*.NAME</c>.
/// </summary>
public static class DecompositionParameters
{
    /// <summary>Names and stacked shapes; weight decay goes by the tensor inside a block, as in a ViT.</summary>
    public static IEnumerable<ParameterSpec> Specs(DecompositionShape shape)
    {
        foreach (var spec in VitWeights.Specs(shape.Vit with { Depth = 0 }))
            yield return spec;
        foreach (var (name, dimensions) in VitWeights.BlockShapes(shape.Vit))
            yield return new(Recomposition.Stacked + name, [shape.Components, .. dimensions], dimensions.Length > 1);
    }

    /// <summary>
    /// Initial values (METHODS 2.2 [R]): the first component and what is outside the blocks as DeiT's ViT, LayerNorm gains 1; every
    /// further component zero. The first component does not depend on how many there are.
    /// </summary>
    public static ParameterSet Create(DecompositionShape shape, ulong seed, Device? device = null)
    {
        var parameters = new ParameterSet(Specs(shape), device);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach (var spec in parameters.Specs)
        {
            bool stacked = IsStacked(spec.Name);
            var target = stacked ? parameters[spec.Name].narrow(0, 0, 1) : parameters[spec.Name];
            target.copy_(VitInit.Initial(stacked ? spec with { Shape = [1, .. spec.Shape[1..]] } : spec, generator));
        }
        return parameters;
    }

    /// <summary>Whether a name is of tensors stacked over the components.</summary>
    internal static bool IsStacked(string name) => name.StartsWith(Recomposition.Stacked, StringComparison.Ordinal);
}
