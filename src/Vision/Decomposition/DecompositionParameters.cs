using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// What a decomposition consists of: the tensors of its ViT outside the blocks, and those inside a block stacked over the components
/// along a first axis (N) under the name <c>components.*.NAME</c>; where they are narrower than the ViT, also one set of LeTs' width
/// matrices (METHODS 1.1) for all of them, and the position embedding has the ViT's width [R].
/// </summary>
public static class DecompositionParameters
{
    /// <summary>Names and stacked shapes; weight decay goes by the tensor inside a block, as in a ViT.</summary>
    public static IEnumerable<ParameterSpec> Specs(DecompositionShape shape)
    {
        VitShape core = shape.Core, vit = shape.Vit;
        foreach (var spec in VitWeights.Specs(core with { Depth = 0 }))
            yield return spec.Name == "pos_embed" ? spec with { Shape = [1, vit.Tokens, vit.Width] } : spec;
        foreach (var (name, dimensions) in VitWeights.BlockShapes(core))
            yield return new(Recomposition.Stacked + name, [shape.Components, .. dimensions], dimensions.Length > 1);
        if (shape.ComponentWidth is null) yield break;
        foreach (string name in (string[])["F.emb", "F.cls", "F.q", "F.k", "F.v"])
            yield return new(name, [vit.Width - core.Width, core.Width], true);
        yield return new("F.ffn", [vit.Hidden - core.Hidden, core.Hidden], true);
    }

    /// <summary>
    /// Initial values (METHODS 2.2 [R]): the first component and what is outside the blocks as DeiT's ViT, LayerNorm gains 1; every
    /// further component zero. The first component does not depend on how many there are. Of the width matrices each row is a positive
    /// average, as LeTs' (METHODS 1.4).
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
            target.copy_(spec.Name.StartsWith("F.", StringComparison.Ordinal)
                ? LetsParameters.Average(spec.Shape, generator)
                : VitInit.Initial(stacked ? spec with { Shape = [1, .. spec.Shape[1..]] } : spec, generator));
        }
        return parameters;
    }

    /// <summary>Whether a name is of tensors stacked over the components.</summary>
    internal static bool IsStacked(string name) => name.StartsWith(Recomposition.Stacked, StringComparison.Ordinal);
}
