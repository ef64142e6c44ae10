using System.Runtime.InteropServices;
using Learngene.Vision.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// Makes the layers of a trained model comparable position by position (METHODS 2.4 [R]): hidden neurons of an MLP and heads of an
/// attention can be permuted inside a layer without changing its function, so each layer is permuted to agree best with the one before.
/// </summary>
public static class Alignment
{
    /// <summary>The model's tensors with hidden neurons and heads permuted; the function is the same.</summary>
    /// <param name="shape">The model's architecture.</param>
    /// <param name="get">Its tensors by checkpoint name.</param>
    /// <param name="breathe">Called often, may throw to stop.</param>
    /// <returns>All tensors by checkpoint name; those that are not permuted are the ones given.</returns>
    public static IReadOnlyDictionary<string, Tensor> Align(VitShape shape, Func<string, Tensor> get, Action? breathe = null)
    {
        using var none = no_grad();
        var aligned = VitWeights.Specs(shape).ToDictionary(s => s.Name, s => get(s.Name));
        for (int l = 1; l < shape.Depth; l++)
        {
            using var scope = NewDisposeScope();
            string p = $"blocks.{l}.", before = $"blocks.{l - 1}.";
            var neurons = Best(Neurons(aligned, before), Neurons(aligned, p), breathe);
            foreach (string name in (string[])["mlp.fc1.weight", "mlp.fc1.bias"]) Replace(p + name, t => t.index_select(0, neurons));
            Replace($"{p}mlp.fc2.weight", t => t.index_select(1, neurons));

            var heads = Best(Heads(aligned, before, shape), Heads(aligned, p, shape), breathe);
            Replace($"{p}attn.qkv.weight", t => ByHead(t, shape).index_select(1, heads).reshape(t.shape));
            if (shape.QkvBias) Replace($"{p}attn.qkv.bias", t => ByHead(t, shape).index_select(1, heads).reshape(t.shape));
            Replace($"{p}attn.proj.weight", t => t.view(shape.Width, shape.Heads, -1).index_select(1, heads).reshape(t.shape));
        }
        return aligned;

        void Replace(string name, Func<Tensor, Tensor> permuted) => aligned[name] = permuted(aligned[name]).MoveToOuterDisposeScope();
    }

    // One row per hidden neuron: its weights and bias in fc1 and its column of fc2, (H, 2D + 1).
    private static Tensor Neurons(Dictionary<string, Tensor> w, string p) => cat(
        [w[$"{p}mlp.fc1.weight"], w[$"{p}mlp.fc1.bias"].unsqueeze(1), w[$"{p}mlp.fc2.weight"].t()], 1);

    // One row per head: its rows of q, k and v with their biases and its columns of proj, (heads, ...).
    private static Tensor Heads(Dictionary<string, Tensor> w, string p, VitShape s)
    {
        List<Tensor> parts = [ByHead(w[$"{p}attn.qkv.weight"], s), w[$"{p}attn.proj.weight"].t().reshape(s.Heads, -1)];
        if (s.QkvBias) parts.Add(ByHead(w[$"{p}attn.qkv.bias"], s));
        return cat([.. parts.Select(t => t.dim() > 2 ? t.transpose(0, 1).flatten(1) : t)], 1);
    }

    // (3D, ...) as (3, heads, head_dim, ...).
    private static Tensor ByHead(Tensor qkv, VitShape s) => qkv.view([3, s.Heads, s.HeadDim, .. qkv.shape[1..]]);

    // For each row of the layer before, the row of this layer that takes its place: the largest sum of cosine similarities.
    private static Tensor Best(Tensor before, Tensor now, Action? breathe)
    {
        using var scope = NewDisposeScope();
        Tensor Unit(Tensor t) => normalize(t.to(ScalarType.Float32), dim: 1);
        var cost = Unit(before).mm(Unit(now).t()).neg().cpu().contiguous();
        int[] columns = LinearAssignment.Solve(MemoryMarshal.Cast<byte, float>(cost.bytes), (int)now.shape[0], breathe);
        return tensor(columns.Select(c => (long)c).ToArray()).to(now.device).MoveToOuterDisposeScope();
    }
}
