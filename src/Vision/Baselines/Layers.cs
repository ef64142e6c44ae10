using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>What the baselines do with whole layers and with the tensors inside one.</summary>
internal static class Layers
{
    private static readonly string[] Fused = ["attn.qkv.weight", "attn.qkv.bias"];

    /// <summary>A model of some layers of another, in that order; what is outside the blocks is the other's.</summary>
    public static VitWeights Taken(VitShape source, Func<string, Tensor> get, IReadOnlyList<int> layers)
    {
        var all = VitWeights.From(source, get);
        return all with { Blocks = [.. layers.Select(l => all.Blocks[l])] };
    }

    /// <summary>Every layer's tensor of one name inside a block, (L, ...), or (L, 3, ...) with q, k and v apart.</summary>
    public static Tensor Stacked(VitShape source, Func<string, Tensor> get, string name) => stack(
        Enumerable.Range(0, source.Depth).Select(l => Apart(name, get($"blocks.{l}.{name}"))));

    /// <summary>A tensor as it is, or (3, ...) where q, k and v are fused in it.</summary>
    public static Tensor Apart(string name, Tensor value) =>
        Fused.Any(f => name.EndsWith(f, StringComparison.Ordinal)) ? value.reshape([3, value.shape[0] / 3, .. value.shape[1..]]) : value;

    /// <summary>The shape of <see cref="Apart(string,Tensor)"/> of a tensor of that shape.</summary>
    public static long[] Apart(string name, long[] shape) =>
        Fused.Any(f => name.EndsWith(f, StringComparison.Ordinal)) ? [3, shape[0] / 3, .. shape[1..]] : shape;
}
