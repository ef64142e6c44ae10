using System.Runtime.InteropServices;
using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Learngene.Vision.Federation;

/// <summary>
/// The squares of each image's own gradients, summed, in one pass: every image gets a copy of the weights, so that the products become batches of
/// products and each copy's gradient is one image's. The model is that of <see cref="Vit"/>, whose products share one weight and cannot do this.
/// </summary>
internal static class PerImageGradients
{
    private const double NormEpsilon = 1e-6;

    /// <summary>Adds the squares over all of the images (B, C, S, S) to a vector in the layout's order (ModelCount).</summary>
    public static void AddSquares(FederatedLayout layout, ReadOnlySpan<float> values, Tensor images, Tensor labels, Span<float> squares)
    {
        using var scope = NewDisposeScope();
        long batch = images.shape[0];
        var copies = new Dictionary<string, Tensor>();
        foreach (var layer in layout.Layers.Take(layout.ModelLayers))
            foreach (var t in layer.Tensors)
                copies[t.Name] = tensor(values.Slice(layer.Offset + t.Offset, t.Count).ToArray()).view(t.Shape).unsqueeze(0)
                    .expand([batch, .. t.Shape]).contiguous().requires_grad_();
        var logits = Forward(layout.Shape, images, VitWeights.From(layout.Shape, name => copies[name]));
        cross_entropy(logits, labels, reduction: nn.Reduction.Sum).backward();
        foreach (var layer in layout.Layers.Take(layout.ModelLayers))
            foreach (var t in layer.Tensors)
            {
                var gradient = copies[t.Name].grad!;
                var sum = MemoryMarshal.Cast<byte, float>(gradient.mul(gradient).sum([0L]).bytes);
                var to = squares.Slice(layer.Offset + t.Offset, t.Count);
                TensorPrimitives.Add(to, sum, to);
            }
    }

    private static Tensor Forward(VitShape s, Tensor images, VitWeights w)
    {
        long batch = images.shape[0], n = s.ImageSize / s.PatchSize, p = s.PatchSize;
        var patches = images.view(batch, s.Channels, n, p, n, p).permute(0, 2, 4, 1, 3, 5).reshape(batch, s.Patches, s.PatchValues);
        var x = Product(patches, w.PatchWeight.flatten(2), w.PatchBias);                // (B, T, D)
        if (w.ClsToken is not null) x = cat([w.ClsToken.squeeze(1), x], 1);
        x = x.Plus(w.PosEmbed.squeeze(1));
        foreach (var b in w.Blocks)
        {
            var qkv = Product(Norm(x, b.Norm1Weight, b.Norm1Bias), b.QkvWeight, b.QkvBias)
                .view(batch, s.Tokens, 3, s.Heads, s.HeadDim).permute(2, 0, 3, 1, 4).contiguous().unbind(0);
            var mixed = qkv[0].Times(1 / Math.Sqrt(s.HeadDim)).matmul(qkv[1].transpose(-2, -1)).softmax(-1).matmul(qkv[2]);
            x = x.Plus(Product(mixed.transpose(1, 2).reshape(batch, s.Tokens, s.Width), b.ProjWeight, b.ProjBias));
            x = x.Plus(Product(gelu(Product(Norm(x, b.Norm2Weight, b.Norm2Bias), b.Fc1Weight, b.Fc1Bias)), b.Fc2Weight, b.Fc2Bias));
        }
        var pooled = s.Pool == "avg" ? x.mean([1], keepdim: true) : x.narrow(1, 0, 1);  // (B, 1, D)
        return Product(Norm(pooled, w.NormWeight, w.NormBias), w.HeadWeight, w.HeadBias).squeeze(1);

        // x (B, T, in), weight (B, out, in), bias (B, out)
        static Tensor Product(Tensor x, Tensor weight, Tensor? bias) =>
            bias is null ? x.matmul(weight.transpose(-2, -1)) : x.matmul(weight.transpose(-2, -1)).Plus(bias.unsqueeze(1));

        Tensor Norm(Tensor x, Tensor weight, Tensor bias) => (layer_norm(x, [s.Width], eps: NormEpsilon) * weight.unsqueeze(1)).Plus(bias.unsqueeze(1));
    }
}
