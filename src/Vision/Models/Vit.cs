using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Learngene.Vision.Models;

/// <summary>Number format of the matrix products.</summary>
public enum Precision
{
    /// <summary>32-bit floats throughout.</summary>
    Fp32,
    /// <summary>Products and attention in bfloat16; weights, residual stream, norms and the loss in 32 bits.</summary>
    Bf16,
}

/// <summary>What a ViT makes of B images.</summary>
/// <param name="Logits">(B, classes).</param>
/// <param name="Features">(B, D): what the head reads, pooled and normalised.</param>
public readonly record struct VitOutput(Tensor Logits, Tensor Features);

/// <summary>
/// The Vision Transformer as a pure function of its weights (METHODS 0), so that the same few lines run a trained model, a model
/// loaded from a file, and one whose weights an expansion generates at every step. Shapes: B images, T tokens, D channels.
/// </summary>
/// <param name="shape">A validated architecture.</param>
/// <param name="precision">Number format of the products.</param>
public sealed class Vit(VitShape shape, Precision precision = Precision.Fp32)
{
    private const double NormEpsilon = 1e-6;
    // Up to this many tokens the products of attention written out beat the fused kernel on CPUs (FACTS 3).
    private const int WrittenOutTokens = 128;

    /// <summary>The architecture.</summary>
    public VitShape Shape => shape;

    /// <summary>Logits (B, classes) of <paramref name="images"/> (B, C, S, S).</summary>
    /// <param name="images">Normalised pixels.</param>
    /// <param name="w">Weights of this architecture.</param>
    public Tensor Forward(Tensor images, VitWeights w) => Run(images, w).Logits;

    /// <summary>Logits and features of <paramref name="images"/> (B, C, S, S).</summary>
    /// <param name="images">Normalised pixels.</param>
    /// <param name="w">Weights of this architecture.</param>
    /// <param name="dropPath">Drops residual branches while training; null does not.</param>
    public VitOutput Run(Tensor images, VitWeights w, DropPath? dropPath = null)
    {
        var x = Embed(images, w);                                                       // (B, T, D)
        for (int l = 0; l < w.Blocks.Count; l++)
        {
            var b = w.Blocks[l];
            x = x.Plus(Keep(Attention(Norm(x, b.Norm1Weight, b.Norm1Bias), b), dropPath, l, w.Blocks.Count));
            x = x.Plus(Keep(Mlp(Norm(x, b.Norm2Weight, b.Norm2Bias), b), dropPath, l, w.Blocks.Count));
        }
        x = shape.Pool == "avg"
            ? Norm(x.mean([1]), w.NormWeight, w.NormBias)                               // (B, D)
            : Norm(x.select(1, 0), w.NormWeight, w.NormBias);
        return new(Product(x, w.HeadWeight, w.HeadBias).to(ScalarType.Float32), x);     // (B, classes), (B, D)
    }

    private Tensor Embed(Tensor images, VitWeights w)
    {
        long batch = images.shape[0], n = shape.ImageSize / shape.PatchSize, p = shape.PatchSize;
        var patches = images.view(batch, shape.Channels, n, p, n, p).permute(0, 2, 4, 1, 3, 5)
            .reshape(batch, shape.Patches, shape.PatchValues);                          // (B, T, C P P): the convolution, as one product
        var x = Product(patches, w.PatchWeight.flatten(1), w.PatchBias);                // (B, T, D)
        if (w.ClsToken is not null) x = cat([w.ClsToken.expand(batch, 1, shape.Width).to(x.dtype), x], 1);
        return x.Plus(w.PosEmbed);
    }

    private Tensor Attention(Tensor x, BlockWeights b)
    {
        long batch = x.shape[0], tokens = x.shape[1];
        var qkv = Product(x, b.QkvWeight, b.QkvBias)                                    // (B, T, 3 D)
            .view(batch, tokens, 3, shape.Heads, shape.HeadDim).permute(2, 0, 3, 1, 4)  // (3, B, heads, T, head_dim)
            .contiguous().unbind(0);                                                    // one copy here and, stacked again, one backward
        var (q, k, v) = (qkv[0], qkv[1], qkv[2]);
        var mixed = tokens <= WrittenOutTokens && x.device_type == DeviceType.CPU
            ? q.Times(1 / Math.Sqrt(shape.HeadDim)).matmul(k.transpose(-2, -1)).softmax(-1).matmul(v)
            : scaled_dot_product_attention(q, k, v);                                    // (B, heads, T, head_dim)
        return Product(mixed.transpose(1, 2).reshape(batch, tokens, shape.Width), b.ProjWeight, b.ProjBias);
    }

    private Tensor Mlp(Tensor x, BlockWeights b) => Product(gelu(Product(x, b.Fc1Weight, b.Fc1Bias)), b.Fc2Weight, b.Fc2Bias);

    private Tensor Norm(Tensor x, Tensor weight, Tensor bias) => layer_norm(x, [shape.Width], weight, bias, NormEpsilon);

    private Tensor Product(Tensor x, Tensor weight, Tensor? bias) => precision == Precision.Fp32
        ? linear(x, weight, bias)
        : linear(x.to(ScalarType.BFloat16), weight.to(ScalarType.BFloat16), bias?.to(ScalarType.BFloat16));

    private static Tensor Keep(Tensor branch, DropPath? dropPath, int layer, int layers) => dropPath?.Apply(branch, layer, layers) ?? branch;
}

/// <summary>Stochastic depth: a sample skips a residual branch with a probability that grows linearly with depth (timm's rule).</summary>
/// <param name="rate">Probability at the last layer, 0..1; 0 at the first.</param>
/// <param name="generator">Where the coin flips come from.</param>
public sealed class DropPath(double rate, Generator generator)
{
    /// <summary>The branch (B, T, D) with dropped samples zero and the others scaled up to keep the mean.</summary>
    public Tensor Apply(Tensor branch, int layer, int layers)
    {
        double p = layers < 2 ? rate : rate * layer / (layers - 1);
        if (p <= 0) return branch;
        var keep = empty(branch.shape[0], 1, 1).bernoulli_(1 - p, generator).Divide(1 - p);
        return branch * keep.to(branch.device).to(branch.dtype);
    }
}
