using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// LiGO (ICLR 2023) [S, code]: for every layer of the target a vector over all layers of a trained smaller model mixes depth, one for the
/// weights and one for the biases of each module; then width is grown by the construction of METHODS 1.2, with F_q, F_k, F_v and F_ffn
/// of each target layer and one F_emb, which also grows position embedding, class token and the head's columns. The source is frozen; about 100
/// steps on the labels train vectors and matrices. The same head size [R]; of the code's initial values, the noisy stacking for the
/// vectors and rows of positive averages for the matrices [R].
/// </summary>
public sealed class Ligo : IInitialisation
{
    /// <inheritdoc/>
    public int DefaultSteps => 100;

    /// <summary>Names and shapes of what is trained; without matrices where the width stays.</summary>
    public static IEnumerable<ParameterSpec> Specs(VitShape source, VitShape target)
    {
        long[] depths = [target.Depth, LetsParameters.Modules.Count, source.Depth];
        yield return new("depth.weight", depths, false);
        yield return new("depth.bias", depths, false);
        if (target.Width == source.Width) yield break;
        long extra = target.Width - source.Width;
        yield return new("F.emb", [extra, source.Width], true);
        foreach (string m in (string[])["q", "k", "v"])
            yield return new($"F.{m}", [target.Depth, extra, source.Width], true);
        yield return new("F.ffn", [target.Depth, target.Hidden - source.Hidden, source.Hidden], true);
    }

    /// <inheritdoc/>
    public VitShape Target(ModelConfig source, InitialiseSettings settings)
    {
        var target = settings.Target(source.Vit);
        if (target.Width < source.Vit.Width)
            throw new InvalidInputException($"width {target.Width} is below the source's {source.Vit.Width}; ligo only grows, so give a narrower source.");
        if (target.HeadDim != source.Vit.HeadDim)
            throw new InvalidInputException($"heads {target.Heads} make heads of {target.HeadDim} channels; ligo adds whole heads of the source's {source.Vit.HeadDim}.");
        return target;
    }

    /// <inheritdoc/>
    public ParameterSet Create(ModelConfig source, Func<string, Tensor> get, VitShape target, ulong seed, Device? device = null)
    {
        var parameters = new ParameterSet(Specs(source.Vit, target), device);
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach (var spec in parameters.Specs)
            parameters.Set(spec.Name, spec.Name.StartsWith("F.", StringComparison.Ordinal) ? LetsParameters.Average(spec.Shape, generator) : Depths(spec.Shape, generator));
        return parameters;
    }

    /// <inheritdoc/>
    public VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt)
    {
        bool wider = target.Width > source.Vit.Width;
        Tensor? F(string name) => wider ? learnt![name] : null;
        Tensor? emb = F("F.emb"), v = F("F.v"), ffn = F("F.ffn");
        // Every layer's tensors of one name mixed: (L', L) times (L, ...). Module 1, 2, 3 are q, k and v.
        Tensor Mixed(int module, string name, int part = -1)
        {
            var layers = Layers.Stacked(source.Vit, get, name);
            if (part >= 0) layers = layers.select(1, part);
            long[] shape = [target.Depth, .. layers.shape[1..]];
            return learnt![name.EndsWith("weight", StringComparison.Ordinal) ? "depth.weight" : "depth.bias"].select(1, module)
                .mm(layers.reshape(layers.shape[0], -1)).reshape(shape);
        }
        Tensor Vector(int module, string name, Tensor? f) => Expansion.Vector(Mixed(module, name), f);
        Tensor Matrix(int module, string name, Tensor? into, Tensor? outOf) => Expansion.Rows(Expansion.Columns(Mixed(module, name), into), outOf);
        Tensor?[] heads = [F("F.q"), F("F.k"), v];
        var qkv = cat([.. heads.Select((f, i) => Expansion.Rows(Expansion.Columns(Mixed(1 + i, "attn.qkv.weight", i), emb), f))], 1);
        var qkvBias = source.Vit.QkvBias ? cat([.. heads.Select((f, i) => Expansion.Vector(Mixed(1 + i, "attn.qkv.bias", i), f))], 1) : null;
        var (norm1, norm1Bias) = (Vector(0, "norm1.weight", emb), Vector(0, "norm1.bias", emb));
        var (proj, projBias) = (Matrix(4, "attn.proj.weight", v, emb), Vector(4, "attn.proj.bias", emb));
        var (norm2, norm2Bias) = (Vector(5, "norm2.weight", emb), Vector(5, "norm2.bias", emb));
        var (fc1, fc1Bias) = (Matrix(6, "mlp.fc1.weight", emb, ffn), Vector(6, "mlp.fc1.bias", ffn));
        var (fc2, fc2Bias) = (Matrix(7, "mlp.fc2.weight", ffn, emb), Vector(7, "mlp.fc2.bias", emb));
        var blocks = Enumerable.Range(0, target.Depth).Select(l => new BlockWeights(
            norm1[l], norm1Bias[l], qkv[l], qkvBias?[l], proj[l], projBias[l], norm2[l], norm2Bias[l], fc1[l], fc1Bias[l], fc2[l], fc2Bias[l])).ToArray();
        string norm = source.Vit.NormName;
        long[] patch = [target.Width, target.Channels, target.PatchSize, target.PatchSize];
        return new(
            Expansion.Rows(get("patch_embed.proj.weight").flatten(1), emb).reshape(patch), Expansion.Vector(get("patch_embed.proj.bias"), emb),
            Expansion.Vector(get("pos_embed"), emb), source.Vit.ClassToken ? Expansion.Vector(get("cls_token"), emb) : null, blocks,
            Expansion.Vector(get($"{norm}.weight"), emb), Expansion.Vector(get($"{norm}.bias"), emb),
            Expansion.Columns(get("head.weight"), emb), get("head.bias"));
    }

    // (L', modules, L): close to layer l mod L, rows summing to 1.
    private static Tensor Depths(long[] shape, Generator generator)
    {
        var depths = empty(shape).uniform_(0, 0.03, generator);
        for (int l = 0; l < shape[0]; l++) depths[l].select(-1, l % shape[2]).Fill(1);
        return depths.div_(depths.sum(-1, keepdim: true));
    }
}
