using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Lets;

/// <summary>How the rows of a descendant are chosen (METHODS 1.6: named by the paper, all but the first defined by us [R]).</summary>
public enum SelectionRule
{
    /// <summary>The first rows.</summary>
    Continuous,
    /// <summary>The rows of largest norm.</summary>
    Magnitude,
    /// <summary>Every t-th row, t = floor(available / needed).</summary>
    Step,
    /// <summary>Distinct rows drawn from a seed.</summary>
    Random,
}

/// <summary>What <see cref="SelectionRule.Magnitude"/> measures and <see cref="SelectionRule.Random"/> draws from.</summary>
public sealed record SelectionOptions
{
    /// <summary>The rule. Default continuous.</summary>
    public SelectionRule Select { get; init; } = SelectionRule.Continuous;
    /// <summary>Seed of the random rule. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>Keep the rows of smallest instead of largest norm. Default false.</summary>
    public bool Smallest { get; init; }
    /// <summary>Measure with the L1 instead of the L2 norm. Default false.</summary>
    public bool L1 { get; init; }

    /// <summary>The rows for a descendant.</summary>
    /// <param name="shape">The learngene's shape.</param>
    /// <param name="get">Its tensors by stacked name (<see cref="LetsParameters"/>); only the magnitude rule reads them.</param>
    /// <param name="width">Width of the descendant.</param>
    /// <param name="rows">Its depth list.</param>
    public Selection Choose(LetsShape shape, Func<string, Tensor> get, int width, IReadOnlyList<int> rows) => Select switch
    {
        SelectionRule.Continuous => Selection.Continuous(shape, width, rows),
        SelectionRule.Step => Selection.Choose(shape, width, rows, (what, _, n) => Every(Available(shape, what), n)),
        SelectionRule.Random => Selection.Choose(shape, width, rows, (what, pair, n) => Drawn(what, pair, Available(shape, what), n)),
        _ => Selection.Choose(shape, width, rows, (what, pair, n) => Strongest(Scores(shape, get, what, pair), n)),
    };

    private static int Available(LetsShape s, Choice what) => what switch
    {
        Choice.Channels => s.ExtraWidth,
        Choice.Heads => s.ExtraHeads,
        _ => s.ExtraHidden,
    };

    private static int[] Every(int available, int n) => [.. Enumerable.Range(0, n).Select(i => i * (available / n))];

    private int[] Drawn(Choice what, int pair, int available, int n)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(Seeds.Derive(Seed, (ulong)what, (ulong)pair));
        var keys = rand(available, generator: generator).data<float>().ToArray();
        return [.. Enumerable.Range(0, available).OrderBy(i => keys[i]).ThenBy(i => i).Take(n).Order()];
    }

    private int[] Strongest(double[] scores, int n)
    {
        var order = Enumerable.Range(0, scores.Length);
        order = Smallest ? order.OrderBy(i => scores[i]) : order.OrderByDescending(i => scores[i]);
        return [.. order.Take(n).Order()];
    }

    // Scores add up over what is chosen together: both layers of the pair and, for a head, its rows in q, k and v.
    private double[] Scores(LetsShape s, Func<string, Tensor> get, Choice what, int pair)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        Tensor Norms(Tensor f) => (L1 ? f.to(ScalarType.Float64).abs() : f.to(ScalarType.Float64).square()).sum(-1);
        // [0], not 0: the constant 0 would convert to ScalarType and sum over everything.
        Tensor Layers(string name) => Norms(LetsParameters.Matrix(s, n => get(n).narrow(0, 2 * pair, 2), name)).sum([0]);
        var scores = what switch
        {
            Choice.Channels => Norms(LetsParameters.Matrix(s, get, "F.emb")),
            Choice.Heads => Layers("F.q").Plus(Layers("F.k")).Plus(Layers("F.v")).view(s.ExtraHeads, s.Learngene.HeadDim).sum(-1),
            _ => Layers("F.ffn"),
        };
        return scores.cpu().data<double>().ToArray();
    }
}
