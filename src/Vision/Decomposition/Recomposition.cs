using System.Globalization;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// Components in, weights of a descendant out (METHODS 2.1, 2.3): a pure differentiable function of the tensors, with one product of
/// the coefficients (L, k) and the stacked components (k, ...) per name inside a block.
/// </summary>
public static class Recomposition
{
    /// <summary>The prefix of what is stacked over the components (<see cref="DecompositionParameters"/>).</summary>
    internal const string Stacked = "components.*.";

    /// <summary>The weights of a descendant.</summary>
    /// <param name="shape">The decomposition's shape.</param>
    /// <param name="get">Its tensors by stacked name, <c>components.*.NAME</c> being (N, ...) or more; used are the first that are needed.</param>
    /// <param name="depth">Layers L of the descendant; the coefficients are worked out for it.</param>
    /// <param name="components">How many of the first components make it, k.</param>
    /// <param name="frozen">
    /// The first components by the same stacked names, (F, ...), as constants: no gradient reaches them. <paramref name="get"/> then
    /// gives the components after them, (k-F, ...). Null: none are frozen.
    /// </param>
    public static VitWeights Expand(DecompositionShape shape, Func<string, Tensor> get, int depth, int components, Func<string, Tensor>? frozen = null)
    {
        var vit = shape.Descendant(depth, components);
        var outside = get("pos_embed");
        using var coefficients = tensor(Coefficients.Table(shape, depth, components), outside.dtype, outside.device); // (L, k)
        var layers = VitWeights.BlockShapes(vit).ToDictionary(
            b => b.Name, b => Layers(coefficients, get(Stacked + b.Name), frozen?.Invoke(Stacked + b.Name)));
        return VitWeights.From(vit, name =>
        {
            string[] parts = name.Split('.', 3);
            return parts[0] == "blocks" ? layers[parts[2]][int.Parse(parts[1], CultureInfo.InvariantCulture)] : get(name);
        });
    }

    private static Tensor[] Layers(Tensor coefficients, Tensor components, Tensor? frozen)
    {
        using var scope = NewDisposeScope();
        long first = frozen?.shape[0] ?? 0;
        var sum = Weighted(coefficients.narrow(1, first, coefficients.shape[1] - first), components); // (L, ...)
        if (frozen is not null) sum = sum.Plus(Weighted(coefficients.narrow(1, 0, first), frozen.detach()));
        // One stack backward for all layers; indexing them one by one would fill a gradient of all layers for each.
        return [.. sum.unbind(0).Select(layer => layer.MoveToOuterDisposeScope())];
    }

    private static Tensor Weighted(Tensor coefficients, Tensor components)
    {
        long[] shape = [coefficients.shape[0], .. components.shape[1..]];
        return coefficients.mm(components.narrow(0, 0, coefficients.shape[1]).reshape(coefficients.shape[1], -1)).view(shape);
    }
}
