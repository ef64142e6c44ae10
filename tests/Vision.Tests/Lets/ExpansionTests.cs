using FsCheck.Xunit;
using Learngene.Vision.Lets;
using Learngene.Vision.Tests.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Lets;

/// <summary>Descendants against <see cref="LetsOracle"/>, through files.</summary>
public sealed class ExpansionTests
{
    // d, L, D, La, head_dim, class token, qkv biases
    public static TheoryData<int, int, int, int, int, bool, bool> Sizes => new()
    {
        { 8, 2, 16, 2, 4, false, true }, { 8, 2, 16, 4, 4, true, true }, { 8, 2, 20, 8, 4, false, false },
        { 8, 4, 24, 4, 8, true, false }, { 16, 4, 32, 8, 8, false, true }, { 8, 4, 40, 16, 8, false, true },
        { 16, 2, 48, 8, 16, true, true }, { 16, 6, 32, 12, 16, false, true }, { 12, 4, 16, 12, 4, false, true },
    };

    [Theory(Timeout = 120_000), MemberData(nameof(Sizes))]
    public Task Every_size_under_every_rule_is_what_the_loops_give(int d, int l, int bigD, int la, int headDim, bool token, bool bias) => Within.Minutes(2, () =>
    {
        using var sample = LetsSample.Of(d, l, bigD, la, headDim, token, bias);
        int rows = la / 2;
        int[] depths = [.. new[] { 1, rows - 1, rows, rows + 1, la, la + 3 }.Where(x => x > 0).Distinct()];
        int[] widths = [.. new[] { headDim, d - headDim, d, d + headDim, bigD - headDim, bigD }.Where(x => x > 0).Distinct()];
        foreach (int width in widths)
            foreach (int depth in depths)
                sample.AssertDescends(Selection.Continuous(sample.Shape, width, DepthList.For(rows, depth)));
        foreach (var rule in Enum.GetValues<SelectionRule>())
            foreach (int width in widths)
                sample.AssertDescends(sample.Choose(rule, width, DepthList.For(rows, la - 1)));
    });

    [Fact(Timeout = 60_000)]
    public Task Rows_of_ones_own_may_come_in_any_order_and_any_number() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 16, 16, 4);
        foreach (int[] rows in (int[][])[[7], [7, 0], [3, 3, 3], [5, 1, 5, 6, 0, 2, 2, 4, 1, 0], [2, 3], [0, 7, 3, 4, 1]])
            foreach (var rule in Enum.GetValues<SelectionRule>())
                sample.AssertDescends(sample.Choose(rule, 12, rows));
    });

    [Theory(Timeout = 120_000), InlineData(1), InlineData(3), InlineData(8)]
    public Task Matrices_of_low_rank_are_the_products_of_their_factors(int rank) => Within.Minutes(2, () =>
    {
        using var sample = LetsSample.Of(8, 4, 20, 8, 4, rank: rank);
        Assert.DoesNotContain("F.emb", sample.Read.Keys);
        Assert.Equal((12 * rank, rank * 8), (sample.Read["F.q.3.up"].Values.Length, sample.Read["F.q.3.down"].Values.Length));
        foreach (var rule in Enum.GetValues<SelectionRule>())
            foreach (int width in (int[])[4, 8, 12, 20])
                sample.AssertDescends(sample.Choose(rule, width, DepthList.For(4, 5)));
        sample.AssertDescends(Selection.Continuous(sample.Shape, 16, [3, 2])); // two of the four layers
    });

    [Property(MaxTest = 60)]
    public void Random_admissible_shapes_are_what_the_loops_give(byte a, byte b, byte c, byte e, byte f, byte g, bool token, bool bias, int seed)
    {
        int headDim = 2 << (a % 3), d = headDim * (1 + b % 3), bigD = d + headDim * (1 + c % 4), l = 2 * (1 + e % 2), la = l * (1 + f % 4);
        using var sample = LetsSample.Of(d, l, bigD, la, headDim, token, bias, Math.Abs(seed % 10_000));
        int width = headDim * (1 + g % (bigD / headDim)), depth = 1 + (g + e) % (la + 2);
        var rule = Enum.GetValues<SelectionRule>()[(a + f) % 4];
        sample.AssertDescends(sample.Choose(rule, width, DepthList.For(la / 2, depth), smallest: bias, l1: token, (ulong)b));
    }

    [Fact(Timeout = 60_000)]
    public Task Auxiliary_layers_come_in_identical_twos() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 16, 8, 4);
        var vit = sample.Written(Selection.Continuous(sample.Shape, 16, DepthList.For(4, 8)));
        foreach (string name in vit.Keys.Where(k => k.StartsWith("blocks.0.", StringComparison.Ordinal)).Select(k => k[9..]))
            for (int k = 0; k < 4; k++)
            {
                Assert.Equal(vit[$"blocks.{2 * k}.{name}"].Values, vit[$"blocks.{2 * k + 1}.{name}"].Values);
                if (k > 0) Assert.NotEqual(vit[$"blocks.{2 * k}.{name}"].Values, vit[$"blocks.{2 * k - 2}.{name}"].Values);
            }
    });

    [Theory(Timeout = 60_000), InlineData(8), InlineData(4)]
    public Task At_the_learngenes_width_and_below_no_F_is_looked_at(int width) => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 16, 8, 4, token: true);
        var selections = Enum.GetValues<SelectionRule>().Select(rule => sample.Choose(rule, width, DepthList.For(4, 6))).ToArray();
        var before = sample.Written(selections[0]);
        using (no_grad())
            foreach (var spec in sample.Parameters.Specs.Where(s => s.Name.StartsWith("F.", StringComparison.Ordinal)))
                sample.Parameters[spec.Name].fill_(float.NaN);
        foreach (var selection in selections)
            foreach (var (name, value) in sample.Written(selection))
                Assert.Equal(before[name].Values, value.Values);
    });

    [Theory(Timeout = 60_000), InlineData(4), InlineData(8), InlineData(12), InlineData(20)]
    public Task A_narrower_descendant_is_a_block_of_the_auxiliary_model(int width) => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 24, 8, 4, token: true);
        int[] rows = DepthList.For(4, 8);
        var big = sample.Written(Selection.Continuous(sample.Shape, 24, rows));
        var small = sample.Written(Selection.Continuous(sample.Shape, width, rows));
        foreach (var (name, value) in small)
        {
            int parts = name.Contains("qkv") ? 3 : 1, part = value.Rows / parts, bigPart = big[name].Rows / parts;
            if (value.Shape.Length == 3) (part, bigPart) = (value.Shape[1], value.Shape[1]);             // pos_embed, cls_token: (1, T, D)
            int columns = value.Values.Length / (part * parts), bigColumns = big[name].Values.Length / (bigPart * parts);
            for (int p = 0; p < parts; p++)
                for (int r = 0; r < part; r++)
                    for (int c = 0; c < columns; c++)
                        Assert.Equal(big[name].Values[(p * bigPart + r) * bigColumns + c], value.Values[(p * part + r) * columns + c], 1e-5);
        }
    });

    [Theory(Timeout = 60_000), InlineData(null), InlineData(3)]
    public Task Initial_F_rows_are_positive_averages_and_initial_G_rows_sum_to_one_near_the_first_layer(int? rank) => Within.OneMinute(() =>
    {
        using var fresh = LetsParameters.Create(new() { Learngene = LetsSample.Vit(8, 4, 4), Auxiliary = LetsSample.Vit(16, 8, 4), Rank = rank }, 5);
        foreach (var spec in fresh.Specs.Where(s => s.Name[1] == '.' && s.Name[0] is 'F' or 'G'))
        {
            using var scope = NewDisposeScope();
            var tensor = fresh[spec.Name];
            Assert.True((tensor > 0).all().item<bool>(), spec.Name);
            Assert.True((tensor.sum(-1) - 1).abs().max().item<float>() < 1e-6f, spec.Name);
            if (spec.Name[0] == 'G') Assert.True((tensor.select(-1, 0) > 0.97).all().item<bool>());
        }
    });
}
