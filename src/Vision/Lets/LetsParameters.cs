using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Lets;

/// <summary>
/// What stage 1 trains, with the tensors of all learngene layers stacked along a first axis (L), so that one batched product expands
/// every layer: the learngene (<c>blocks.*</c> and what is outside them), the matrices F, the scalars G, the position embedding.
/// </summary>
public static class LetsParameters
{
    /// <summary>The modules of a layer in the order of G's second axis.</summary>
    public static readonly IReadOnlyList<string> Modules = ["norm1", "q", "k", "v", "proj", "norm2", "fc1", "fc2"];

    /// <summary>Names and stacked shapes.</summary>
    public static IEnumerable<ParameterSpec> Specs(LetsShape s)
    {
        var g = s.Learngene;
        foreach (var spec in VitWeights.Specs(g).Where(p => !p.Name.StartsWith("blocks.", StringComparison.Ordinal)))
            yield return spec.Name == "pos_embed" ? spec with { Shape = [1, g.Tokens, s.Auxiliary.Width] } : spec;
        foreach (var (name, shape) in VitWeights.BlockShapes(g))
            yield return new($"blocks.*.{name}", [g.Depth, .. shape], shape.Length > 1);
        yield return new("F.emb", [s.ExtraWidth, g.Width], true);
        yield return new("F.cls", [s.ExtraWidth, g.Width], true);
        foreach (string m in (string[])["q", "k", "v"])
            yield return new($"F.{m}", [g.Depth, s.ExtraWidth, g.Width], true);
        yield return new("F.ffn", [g.Depth, s.ExtraHidden, g.Hidden], true);
        yield return new("G.weight", [s.Rows, Modules.Count, 2], false);
        yield return new("G.bias", [s.Rows, Modules.Count, 2], false);
    }

    /// <summary>
    /// Initial values (METHODS 1.4 [S]): the learngene random, each new neuron a positive average of the old ones, each row of G close
    /// to its first layer.
    /// </summary>
    public static ParameterSet Create(LetsShape shape, ulong seed, Device? device = null)
    {
        var parameters = new ParameterSet(Specs(shape), device);
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach (var spec in parameters.Specs)
            parameters.Set(spec.Name, spec.Name[..2] switch
            {
                "F." => Average(spec.Shape, generator),
                "G." => Mixture(spec.Shape, generator),
                _ => VitInit.Initial(spec, generator),
            });
        return parameters;
    }

    internal static Tensor Average(long[] shape, Generator generator)
    {
        var f = empty(shape).uniform_(0, 1, generator);
        return f.div_(f.sum(-1, keepdim: true));
    }

    private static Tensor Mixture(long[] shape, Generator generator)
    {
        var g = empty(shape).uniform_(0, 0.03, generator);
        g.select(-1, 0).Fill(1);
        return g.div_(g.sum(-1, keepdim: true));
    }
}
