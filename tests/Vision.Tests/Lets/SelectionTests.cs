using FsCheck.Xunit;
using Learngene.Vision.Lets;
using Learngene.Vision.Tests.Data;

namespace Learngene.Vision.Tests.Lets;

public sealed class SelectionTests
{
    [Theory(Timeout = 60_000), InlineData(false, false), InlineData(true, false), InlineData(false, true), InlineData(true, true)]
    public Task The_rules_take_the_rows_that_the_definitions_name(bool smallest, bool l1) => Within.OneMinute(() =>
    {
        foreach (int bigD in (int[])[16, 28, 40])
        {
            using var sample = LetsSample.Of(8, 4, bigD, 8, 4, seed: bigD);
            for (int width = 4; width <= bigD; width += 4)
            {
                int[] rows = DepthList.For(4, 5);
                AssertSame(SelectionOracle.Continuous(sample.Sizes, width, rows), sample.Choose(SelectionRule.Continuous, width, rows));
                AssertSame(SelectionOracle.Step(sample.Sizes, width, rows), sample.Choose(SelectionRule.Step, width, rows));
                AssertSame(SelectionOracle.Magnitude(sample.Read, sample.Sizes, width, rows, smallest, l1),
                    sample.Choose(SelectionRule.Magnitude, width, rows, smallest, l1));
            }
        }
    });

    [Property(MaxTest = 60)]
    public void The_random_rule_draws_distinct_ascending_rows_that_exist_and_repeats_with_its_seed(byte wide, byte seed)
    {
        var shape = new LetsShape { Learngene = LetsSample.Vit(8, 4, 4), Auxiliary = LetsSample.Vit(40, 8, 4) };
        int width = 4 * (1 + wide % 10), extra = Math.Max(0, width - 8);
        Selection Draw(ulong s) => new SelectionOptions { Select = SelectionRule.Random, Seed = s }.Choose(shape, Unread, width, [0, 1, 2, 3]);
        var drawn = Draw(seed);
        AssertSet(drawn.Channels, extra, 32);
        Assert.All(drawn.Heads, heads => AssertSet(heads, extra / 4, 8));
        Assert.All(drawn.Hidden, hidden => AssertSet(hidden, 4 * extra, 128));
        Assert.Equal((2, 2), (drawn.Heads.Count, drawn.Hidden.Count));
        AssertSame(LetsSample.Taken(drawn), Draw(seed));
        if (extra is > 0 and < 32) Assert.NotEqual(drawn.Hidden[0], Draw(seed + 1ul).Hidden[0]);

        static TorchSharp.torch.Tensor Unread(string name) => throw new InvalidOperationException($"{name} was read");
    }

    [Fact(Timeout = 60_000)]
    public Task A_full_width_takes_every_row_under_every_rule() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 2, 20, 4, 4);
        foreach (var rule in Enum.GetValues<SelectionRule>())
            AssertSame(SelectionOracle.Continuous(sample.Sizes, 20, [0, 1]), sample.Choose(rule, 20, [0, 1]));
    });

    [Fact]
    public void The_published_twelve_layer_list_comes_out() => Assert.Equal([0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7], DepthList.For(8, 12));

    [Fact]
    public void Depth_lists_are_those_of_the_rule()
    {
        for (int rows = 1; rows <= 24; rows++)
            for (int depth = 1; depth <= 60; depth++)
                Assert.Equal(SelectionOracle.Depth(rows, depth), DepthList.For(rows, depth));
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3], DepthList.For(4, 8));
        Assert.Equal([0, 2, 5], DepthList.For(8, 3));
    }

    private static void AssertSet(IReadOnlyList<int> rows, int n, int available)
    {
        Assert.Equal(rows.Distinct().Order(), rows);
        Assert.Equal(n, rows.Count);
        Assert.All(rows, r => Assert.InRange(r, 0, available - 1));
    }

    private static void AssertSame(OracleChoice expected, Selection actual)
    {
        Assert.Equal(expected.Width, actual.Width);
        Assert.Equal(expected.Rows, actual.Rows);
        Assert.Equal(expected.Channels, actual.Channels);
        Assert.Equal(expected.Heads, actual.Heads);
        Assert.Equal(expected.Hidden, actual.Hidden);
    }
}
