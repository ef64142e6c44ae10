namespace Learngene.Vision.Lets;

/// <summary>
/// Which rows of the matrices make a descendant (METHODS 1.6). What must be chosen together is chosen once: one set of channels
/// everywhere, one set of heads for q, k and v and one of hidden neurons per pair of learngene layers.
/// </summary>
public sealed record Selection
{
    /// <summary>Width of the descendant.</summary>
    public required int Width { get; init; }
    /// <summary>The row of G that makes each layer, first layer first.</summary>
    public required IReadOnlyList<int> Rows { get; init; }
    /// <summary>Rows of F_emb and F_cls, ascending; the position channels d + these.</summary>
    public required IReadOnlyList<int> Channels { get; init; }
    /// <summary>Extra heads per pair, ascending.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Heads { get; init; }
    /// <summary>Rows of F_ffn per pair, ascending.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Hidden { get; init; }

    /// <summary>The first rows of everything, as stage 1 uses them.</summary>
    public static Selection Continuous(LetsShape shape, int width, IReadOnlyList<int> rows) =>
        Choose(shape, width, rows, (_, _, n) => [.. Enumerable.Range(0, n)]);

    /// <summary>Applies one rule to each thing that is chosen: <paramref name="pick"/> gets what, the pair (0 for channels) and how many.</summary>
    internal static Selection Choose(LetsShape shape, int width, IReadOnlyList<int> rows, Func<Choice, int, int, int[]> pick)
    {
        int extra = Math.Max(0, width - shape.Learngene.Width), heads = extra / shape.Learngene.HeadDim;
        int hidden = Math.Max(0, (shape.Auxiliary with { Width = width }).Hidden - shape.Learngene.Hidden);
        IReadOnlyList<IReadOnlyList<int>> PerPair(Choice what, int n) => [.. Enumerable.Range(0, shape.Pairs).Select(p => pick(what, p, n))];
        return new()
        {
            Width = width,
            Rows = rows,
            Channels = pick(Choice.Channels, 0, extra),
            Heads = PerPair(Choice.Heads, heads),
            Hidden = PerPair(Choice.Hidden, hidden),
        };
    }
}

/// <summary>What a selection rule chooses from.</summary>
internal enum Choice { Channels, Heads, Hidden }

/// <summary>Which row of G makes each layer of a descendant.</summary>
public static class DepthList
{
    /// <summary>
    /// The paper's list for 12 of 16 layers, generalised [R]: every row once, then one more use each from the middle outwards, round and
    /// round, sorted; for fewer layers than rows, rows spread evenly.
    /// </summary>
    public static int[] For(int rows, int depth)
    {
        if (depth < rows) return [.. Enumerable.Range(0, depth).Select(i => i * rows / depth)];
        var fromMiddle = Enumerable.Range(0, rows).OrderBy(r => Math.Abs(2 * r - (rows - 1))).ThenBy(r => r).ToArray();
        return [.. Enumerable.Range(0, rows).Concat(Enumerable.Range(0, depth - rows).Select(i => fromMiddle[i % rows])).Order()];
    }
}
