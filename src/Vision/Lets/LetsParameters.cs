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

    /// <summary>What the names of a matrix's factors end with: (rows, rank), whose rows a descendant chooses from, and (rank, columns).</summary>
    internal const string Up = ".up", Down = ".down";

    /// <summary>Names and stacked shapes.</summary>
    public static IEnumerable<ParameterSpec> Specs(LetsShape s)
    {
        var g = s.Learngene;
        foreach (var spec in VitWeights.Specs(g).Where(p => !p.Name.StartsWith("blocks.", StringComparison.Ordinal)))
            yield return spec.Name == "pos_embed" ? spec with { Shape = [1, g.Tokens, s.Auxiliary.Width] } : spec;
        foreach (var (name, shape) in VitWeights.BlockShapes(g))
            yield return new($"blocks.*.{name}", [g.Depth, .. shape], shape.Length > 1);
        foreach (var spec in Matrices(s).SelectMany(f => s.Rank is { } rank ? Factors(f, rank) : [f]))
            yield return spec;
        yield return new("G.weight", [s.Rows, Modules.Count, 2], false);
        yield return new("G.bias", [s.Rows, Modules.Count, 2], false);
    }

    // The matrices that widen: rows for the extra neurons, columns for the learngene's.
    private static IEnumerable<ParameterSpec> Matrices(LetsShape s)
    {
        var g = s.Learngene;
        yield return new("F.emb", [s.ExtraWidth, g.Width], true);
        yield return new("F.cls", [s.ExtraWidth, g.Width], true);
        foreach (string m in (string[])["q", "k", "v"])
            yield return new($"F.{m}", [g.Depth, s.ExtraWidth, g.Width], true);
        yield return new("F.ffn", [g.Depth, s.ExtraHidden, g.Hidden], true);
    }

    private static IEnumerable<ParameterSpec> Factors(ParameterSpec f, int rank) =>
        [f with { Name = f.Name + Up, Shape = [.. f.Shape[..^1], rank] }, f with { Name = f.Name + Down, Shape = [.. f.Shape[..^2], rank, f.Shape[^1]] }];

    /// <summary>A whole matrix, by its name: as it is kept, or the product of its factors.</summary>
    internal static Tensor Matrix(LetsShape shape, Func<string, Tensor> get, string name) =>
        shape.Rank is null ? get(name) : get(name + Up).matmul(get(name + Down));

    /// <summary>
    /// Initial values (METHODS 1.4 [S]): the learngene random, each new neuron a positive average of the old ones (of low rank: of a few such
    /// averages [R]), each row of G close to its first layer.
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
