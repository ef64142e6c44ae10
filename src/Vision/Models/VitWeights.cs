using static TorchSharp.torch;

namespace Learngene.Vision.Models;

/// <summary>The tensors of one encoder layer; D is the width, H the hidden width.</summary>
/// <param name="Norm1Weight">(D)</param><param name="Norm1Bias">(D)</param>
/// <param name="QkvWeight">(3D, D): the rows of q, then k, then v</param><param name="QkvBias">(3D), or null</param>
/// <param name="ProjWeight">(D, D)</param><param name="ProjBias">(D)</param>
/// <param name="Norm2Weight">(D)</param><param name="Norm2Bias">(D)</param>
/// <param name="Fc1Weight">(H, D)</param><param name="Fc1Bias">(H)</param>
/// <param name="Fc2Weight">(D, H)</param><param name="Fc2Bias">(D)</param>
public sealed record BlockWeights(
    Tensor Norm1Weight, Tensor Norm1Bias, Tensor QkvWeight, Tensor? QkvBias, Tensor ProjWeight, Tensor ProjBias,
    Tensor Norm2Weight, Tensor Norm2Bias, Tensor Fc1Weight, Tensor Fc1Bias, Tensor Fc2Weight, Tensor Fc2Bias);

/// <summary>
/// All tensors of a ViT, wherever they come from: the leaves of a <see cref="ParameterSet"/>, a file, or an expansion of a learngene.
/// </summary>
/// <param name="PatchWeight">(D, C, P, P)</param><param name="PatchBias">(D)</param>
/// <param name="PosEmbed">(1, tokens, D)</param><param name="ClsToken">(1, 1, D), with the token pool</param>
/// <param name="Blocks">one per layer</param>
/// <param name="NormWeight">(D)</param><param name="NormBias">(D)</param>
/// <param name="HeadWeight">(classes, D)</param><param name="HeadBias">(classes)</param>
public sealed record VitWeights(
    Tensor PatchWeight, Tensor PatchBias, Tensor PosEmbed, Tensor? ClsToken, IReadOnlyList<BlockWeights> Blocks,
    Tensor NormWeight, Tensor NormBias, Tensor HeadWeight, Tensor HeadBias)
{
    /// <summary>The keys and shapes of a checkpoint of this architecture, in the order of timm's <c>state_dict</c>.</summary>
    public static IEnumerable<ParameterSpec> Specs(VitShape s)
    {
        long d = s.Width, h = s.Hidden;
        if (s.ClassToken) yield return new("cls_token", [1, 1, d], false);
        yield return new("pos_embed", [1, s.Tokens, d], false);
        yield return new("patch_embed.proj.weight", [d, s.Channels, s.PatchSize, s.PatchSize], true);
        yield return new("patch_embed.proj.bias", [d], false);
        for (int l = 0; l < s.Depth; l++)
            foreach (var (name, shape) in BlockShapes(s))
                yield return new($"blocks.{l}.{name}", shape, shape.Length > 1);
        yield return new($"{s.NormName}.weight", [d], false);
        yield return new($"{s.NormName}.bias", [d], false);
        yield return new("head.weight", [s.Classes, d], true);
        yield return new("head.bias", [s.Classes], false);
    }

    /// <summary>Whether a key is of a LayerNorm's gain or bias.</summary>
    public static bool IsNorm(string name) => name.Split('.') is [.., "norm1" or "norm2" or "norm" or "fc_norm", _];

    /// <summary>The names and shapes inside one block, in timm's order.</summary>
    public static IEnumerable<(string Name, long[] Shape)> BlockShapes(VitShape s)
    {
        long d = s.Width, h = s.Hidden;
        yield return ("norm1.weight", [d]);
        yield return ("norm1.bias", [d]);
        yield return ("attn.qkv.weight", [3 * d, d]);
        if (s.QkvBias) yield return ("attn.qkv.bias", [3 * d]);
        yield return ("attn.proj.weight", [d, d]);
        yield return ("attn.proj.bias", [d]);
        yield return ("norm2.weight", [d]);
        yield return ("norm2.bias", [d]);
        yield return ("mlp.fc1.weight", [h, d]);
        yield return ("mlp.fc1.bias", [h]);
        yield return ("mlp.fc2.weight", [d, h]);
        yield return ("mlp.fc2.bias", [d]);
    }

    /// <summary>Collects the tensors of a checkpoint by name.</summary>
    public static VitWeights From(VitShape s, Func<string, Tensor> get)
    {
        BlockWeights Block(string p) => new(
            get($"{p}norm1.weight"), get($"{p}norm1.bias"),
            get($"{p}attn.qkv.weight"), s.QkvBias ? get($"{p}attn.qkv.bias") : null, get($"{p}attn.proj.weight"), get($"{p}attn.proj.bias"),
            get($"{p}norm2.weight"), get($"{p}norm2.bias"),
            get($"{p}mlp.fc1.weight"), get($"{p}mlp.fc1.bias"), get($"{p}mlp.fc2.weight"), get($"{p}mlp.fc2.bias"));
        return new(get("patch_embed.proj.weight"), get("patch_embed.proj.bias"), get("pos_embed"), s.ClassToken ? get("cls_token") : null,
            [.. Enumerable.Range(0, s.Depth).Select(l => Block($"blocks.{l}."))],
            get($"{s.NormName}.weight"), get($"{s.NormName}.bias"), get("head.weight"), get("head.bias"));
    }

    /// <summary>The tensors by their names in a checkpoint; those that a model without class token or qkv biases lacks are left out.</summary>
    public IReadOnlyDictionary<string, Tensor> Named(VitShape s)
    {
        var named = new Dictionary<string, Tensor>
        {
            ["pos_embed"] = PosEmbed, ["patch_embed.proj.weight"] = PatchWeight, ["patch_embed.proj.bias"] = PatchBias,
            [$"{s.NormName}.weight"] = NormWeight, [$"{s.NormName}.bias"] = NormBias, ["head.weight"] = HeadWeight, ["head.bias"] = HeadBias,
        };
        if (ClsToken is not null) named["cls_token"] = ClsToken;
        for (int l = 0; l < Blocks.Count; l++)
        {
            var (b, p) = (Blocks[l], $"blocks.{l}.");
            named[$"{p}norm1.weight"] = b.Norm1Weight;
            named[$"{p}norm1.bias"] = b.Norm1Bias;
            named[$"{p}attn.qkv.weight"] = b.QkvWeight;
            if (b.QkvBias is not null) named[$"{p}attn.qkv.bias"] = b.QkvBias;
            named[$"{p}attn.proj.weight"] = b.ProjWeight;
            named[$"{p}attn.proj.bias"] = b.ProjBias;
            named[$"{p}norm2.weight"] = b.Norm2Weight;
            named[$"{p}norm2.bias"] = b.Norm2Bias;
            named[$"{p}mlp.fc1.weight"] = b.Fc1Weight;
            named[$"{p}mlp.fc1.bias"] = b.Fc1Bias;
            named[$"{p}mlp.fc2.weight"] = b.Fc2Weight;
            named[$"{p}mlp.fc2.bias"] = b.Fc2Bias;
        }
        return named;
    }
}
