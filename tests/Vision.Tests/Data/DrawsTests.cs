using FsCheck.Xunit;
using Learngene.Vision.Data;

namespace Learngene.Vision.Tests.Data;

public sealed class DrawsTests
{
    [Property]
    public bool The_same_key_gives_the_same_sequence(ulong seed, int epoch, int index)
    {
        Draws first = new(seed, DrawPurpose.Augment, epoch, index), second = new(seed, DrawPurpose.Augment, epoch, index);
        return Enumerable.Range(0, 20).All(_ => first.Next() == second.Next());
    }

    [Fact]
    public void Every_part_of_the_key_matters()
    {
        ulong[] first = [First(1, DrawPurpose.Order, 0, 0), First(2, DrawPurpose.Order, 0, 0), First(1, DrawPurpose.Mix, 0, 0), First(1, DrawPurpose.Order, 1, 0), First(1, DrawPurpose.Order, 0, 1)];
        Assert.Distinct(first);

        static ulong First(ulong seed, DrawPurpose purpose, int epoch, int index) => new Draws(seed, purpose, epoch, index).Next();
    }

    [Fact]
    public void The_sequence_is_pinned_since_stored_runs_depend_on_it()
    {
        var draws = new Draws(42, DrawPurpose.Order, 3, 7);
        Assert.Equal([1004332330976814519UL, 10607482324945745293, 13344537431671465825], [draws.Next(), draws.Next(), draws.Next()]);
    }

    [Fact]
    public void Neighbouring_keys_give_unrelated_uniform_numbers()
    {
        var values = Enumerable.Range(0, 20_000).Select(i => new Draws(0, DrawPurpose.Augment, 0, i).Uniform()).ToArray();
        Assert.InRange(values.Average(), 0.49, 0.51);
        Assert.InRange(values.Zip(values.Skip(1), (a, b) => (a - 0.5) * (b - 0.5)).Average(), -0.002, 0.002);
    }

    [Fact]
    public void Below_reaches_everything_below_and_nothing_else()
    {
        var draws = new Draws(1, DrawPurpose.Order, 0, 0);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[draws.Below(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Normal_has_mean_zero_and_deviation_one()
    {
        var draws = new Draws(1, DrawPurpose.Augment, 0, 0);
        var values = Enumerable.Range(0, 50_000).Select(_ => draws.Normal()).ToArray();
        Assert.InRange(values.Average(), -0.02, 0.02);
        Assert.InRange(values.Average(v => v * v), 0.97, 1.03);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.2)]
    [InlineData(0.8)]
    [InlineData(1)]
    [InlineData(100)]
    public void Beta_has_its_mean_and_variance(double alpha)
    {
        var draws = new Draws(1, DrawPurpose.Mix, 0, 0);
        var values = Enumerable.Range(0, 50_000).Select(_ => draws.Beta(alpha)).ToArray();
        var variance = 1 / (4 * (2 * alpha + 1));
        Assert.All(values, value => Assert.InRange(value, 0, 1));
        Assert.InRange(values.Average(), 0.49, 0.51);
        Assert.InRange(values.Average(v => (v - 0.5) * (v - 0.5)), 0.97 * variance, 1.03 * variance);
    }
}
