using System.Globalization;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// Components in, weights of a descendant out (METHODS 2.1, 2.3): a pure differentiable function of the tensors, with one product of
/// the coefficients (L, k) and the stacked components (k, ...) per name inside a block. Components that are narrower than the ViT are
/// summed as narrow as they are, and the sums widened: expansion is linear in the block.
/// </summary>
public static class Recomposition
{
    /// <summary>The prefix of what is stacked over the components (<see cref="DecompositionParameters"/>).</summary>
    internal const string Stacked = "components.*.";

    /// <summary>The weights of a descendant.</summary>
    /// <param name="shape">The decomposition's shape.</param>
    /// <param name="get">Its tensors by stacked name, <c>components.*.NAME</c> being (N, ...) or more; used are the first that are needed.</param>
    /// <param name="size">
    /// The descendant's width, its layers L, for which the coefficients are worked out, and how many of the first components make it, k.
    /// </param>
    /// <param name="frozen">
    /// The first components by the same stacked names, (F, ...), as constants: no gradient reaches them. <paramref name="get"/> then
    /// gives the components after them, (k-F, ...). Null: none are frozen.
    /// </param>
    public static VitWeights Expand(DecompositionShape shape, Func<string, Tensor> get, ModelSize size, Func<string, Tensor>? frozen = null)
    {
        var vit = shape.Descendant(size);
        var outside = get("pos_embed");
        using var coefficients = tensor(Coefficients.Table(shape, size.Depth, size.Components ?? shape.Components), outside.dtype, outside.device); // (L, k)
        var wide = shape.ComponentWidth is null ? null : new Widening(shape, vit, get);
        Tensor[] Layers(string name)
        {
            using var scope = NewDisposeScope();
            var sum = Sum(coefficients, get(Stacked + name), frozen?.Invoke(Stacked + name));  // (L, ...)
            // One stack backward for all layers; indexing them one by one would fill a gradient of all layers for each.
            return [.. (wide?.Inside(name, sum) ?? sum).unbind(0).Select(layer => layer.MoveToOuterDisposeScope())];
        }
        var layers = VitWeights.BlockShapes(vit).ToDictionary(b => b.Name, b => Layers(b.Name));
        return VitWeights.From(vit, name =>
        {
            string[] parts = name.Split('.', 3);
            return parts[0] == "blocks" ? layers[parts[2]][int.Parse(parts[1], CultureInfo.InvariantCulture)] : wide?.Outside(name) ?? get(name);
        });
    }

    private static Tensor Sum(Tensor coefficients, Tensor components, Tensor? frozen)
    {
        long first = frozen?.shape[0] ?? 0;
        var sum = Weighted(coefficients.narrow(1, first, coefficients.shape[1] - first), components);
        return frozen is null ? sum : sum.Plus(Weighted(coefficients.narrow(1, 0, first), frozen.detach()));
    }

    private static Tensor Weighted(Tensor coefficients, Tensor components)
    {
        long[] shape = [coefficients.shape[0], .. components.shape[1..]];
        return coefficients.mm(components.narrow(0, 0, coefficients.shape[1]).reshape(coefficients.shape[1], -1)).view(shape);
    }
}
