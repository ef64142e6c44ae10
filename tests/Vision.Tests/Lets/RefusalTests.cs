using Learngene.Vision.Lets;
using Learngene.Vision.Models;

namespace Learngene.Vision.Tests.Lets;

/// <summary>A shape or size that cannot be is refused in one sentence with the value and what is allowed.</summary>
public sealed class RefusalTests
{
    private static readonly LetsShape s_shape = Shape(8, 4, 24, 8);

    [Theory]
    [InlineData(8, 3, 24, 6, 4, 4, "depth 3", "even")]
    [InlineData(8, 4, 24, 6, 4, 4, "depth 6", "allowed are 4, 8, 12")]
    [InlineData(8, 4, 24, 2, 4, 4, "depth 2", "allowed are 4, 8, 12")]
    [InlineData(8, 4, 8, 8, 4, 4, "width 8", "allowed are 12, 16")]
    [InlineData(16, 4, 8, 8, 4, 4, "width 8", "above the learngene width 16")]
    [InlineData(8, 4, 24, 8, 4, 8, "4 channels", "8; they must have the same")]
    public void A_learngene_shape_that_cannot_be_is_refused(int d, int l, int bigD, int la, int headDim, int bigHeadDim, string value, string allowed)
    {
        var shape = new LetsShape { Learngene = LetsSample.Vit(d, l, headDim), Auxiliary = LetsSample.Vit(bigD, la, bigHeadDim) };
        AssertRefused(() => shape.Validated(), value, allowed);
    }

    [Fact]
    public void Learngene_and_auxiliary_model_differ_in_their_size_alone() => AssertRefused(
        () => (s_shape with { Auxiliary = s_shape.Auxiliary with { Classes = 7 } }).Validated(), "\"num_classes\":3", "\"num_classes\":7");

    [Theory, InlineData(0), InlineData(9), InlineData(-1)]
    public void A_rank_that_the_matrices_cannot_have_is_refused(int rank) =>
        AssertRefused(() => (s_shape with { Rank = rank }).Validated(), $"rank {rank}", "1..8");

    [Theory]
    [InlineData(10, 4, "width 10", "allowed are 4, 8, ..., 24"), InlineData(0, 4, "width 0", "allowed are 4, 8, ..., 24")]
    [InlineData(-4, 4, "width -4", "allowed are 4, 8, ..., 24"), InlineData(28, 4, "width 28", "allowed are 4, 8, ..., 24")]
    [InlineData(16, 0, "depth 0", "1..256"), InlineData(16, 257, "depth 257", "1..256")]
    public void A_descendants_size_that_cannot_be_is_refused(int width, int depth, string value, string allowed)
    {
        AssertRefused(() => s_shape.Descendant(width, depth), value, allowed);
        AssertRefused(() => new DescendSettings { Width = width, Depth = depth }.For(s_shape), value, allowed);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 4 }, null, "row 4", "0..3"), InlineData(new[] { 0, -1 }, null, "row -1", "0..3")]
    [InlineData(new[] { 0, 1, 2 }, 4, "rows lists 3", "depth is 4"), InlineData(new int[0], null, "depth 0", "1..256")]
    public void Rows_that_are_not_there_are_refused(int[] rows, int? depth, string value, string allowed) =>
        AssertRefused(() => new DescendSettings { Width = 16, Depth = depth, Rows = rows }.For(s_shape), value, allowed);

    [Fact]
    public void What_a_rule_does_not_use_is_refused_or_does_not_change_the_file()
    {
        AssertRefused(() => new DescendSettings { Width = 16, Smallest = true }.For(s_shape), "smallest", "select magnitude");
        AssertRefused(() => new DescendSettings { Width = 16, L1 = true, Select = SelectionRule.Random }.For(s_shape), "l1", "select magnitude");
        Assert.Equal(1ul, new DescendSettings { Width = 16, Seed = 7 }.For(s_shape).Seed);
        Assert.Equal(7ul, new DescendSettings { Width = 16, Seed = 7, Select = SelectionRule.Random }.For(s_shape).Seed);
    }

    [Theory]
    [InlineData(7, 6, 4, 2, "patch 4", "1, 2, 3, 6"), InlineData(10, 6, 3, 3, "heads 3", "1, 2, 5, 10")]
    public void A_vit_that_cannot_be_is_refused(int width, int image, int patch, int heads, string value, string allowed) => AssertRefused(
        () => (LetsSample.Vit(8, 4, 4) with { Width = width, ImageSize = image, PatchSize = patch, Heads = heads }).Validated(), value, allowed);

    [Fact]
    public void A_class_token_goes_with_the_token_pool_alone()
    {
        AssertRefused(() => (LetsSample.Vit(8, 4, 4) with { ClassToken = true }).Validated(), "class_token true", "'avg'");
        AssertRefused(() => (LetsSample.Vit(8, 4, 4) with { Pool = "max" }).Validated(), "'max'", "avg and token");
    }

    private static LetsShape Shape(int d, int l, int bigD, int la) =>
        new() { Learngene = LetsSample.Vit(d, l, 4), Auxiliary = LetsSample.Vit(bigD, la, 4) };

    private static void AssertRefused(Func<object> build, string value, string allowed)
    {
        string message = Assert.Throws<InvalidInputException>(build).Message;
        Assert.Contains(value, message);
        Assert.Contains(allowed, message);
        Assert.EndsWith(".", message);
    }
}
