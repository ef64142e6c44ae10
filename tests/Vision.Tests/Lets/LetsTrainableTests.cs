using Learngene.Vision.Lets;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Models;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Lets;

public sealed class LetsTrainableTests
{
    [Fact(Timeout = 60_000)]
    public Task Sampling_draws_every_admissible_size_about_equally_often() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 2, 20, 8, 4);
        var trainable = new LetsTrainable(sample.Shape, sample.Parameters, new LetsSettings { MinDepth = 3, Seed = 4 });
        var drawn = Enumerable.Range(0, 24_000).Select(step => trainable.SizeAt(step)).CountBy(size => size).ToDictionary();
        var admissible = from width in (int[])[8, 12, 16, 20] from depth in Enumerable.Range(3, 6) select (width, depth);
        Assert.Equal(admissible.Order(), drawn.Keys.Order());
        // 1,000 each; five standard deviations.
        Assert.All(drawn.Values, n => Assert.InRange(n, 845, 1155));
    });

    [Theory(Timeout = 60_000), InlineData(SizeSampling.Small), InlineData(SizeSampling.Large)]
    public Task A_preference_draws_the_preferred_end_of_each_axis_most(SizeSampling sampling) => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 2, 20, 8, 4);
        var trainable = new LetsTrainable(sample.Shape, sample.Parameters, new LetsSettings { Sampling = sampling, MinWidth = 4, Seed = 4 });
        var drawn = Enumerable.Range(0, 20_000).Select(step => trainable.SizeAt(step)).ToList();
        // Of n values the preferred end comes with (2n - 1) / n^2: five widths from 4 to 20, seven depths from 2 to 8.
        var (width, depth) = sampling == SizeSampling.Small ? (4, 2) : (20, 8);
        Assert.InRange(drawn.Count(d => d.Width == width) / 20_000.0, 9 / 25.0 - 0.02, 9 / 25.0 + 0.02);
        Assert.InRange(drawn.Count(d => d.Depth == depth) / 20_000.0, 13 / 49.0 - 0.02, 13 / 49.0 + 0.02);
        Assert.Equal(35, drawn.Distinct().Count());
    });

    [Fact(Timeout = 60_000)]
    public Task A_step_runs_the_descendant_that_the_loops_build_for_its_size() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 20, 8, 4);
        var trainable = new LetsTrainable(sample.Shape, sample.Parameters, new LetsSettings { Seed = 4 });
        for (int step = 0; step < 12; step++)
        {
            using var scope = NewDisposeScope();
            var images = VitForwardTests.Images(2, 2, 6);
            var (width, depth) = trainable.SizeAt(step);
            var choice = SelectionOracle.Continuous(sample.Sizes, width, SelectionOracle.Depth(4, depth));
            VitForwardTests.AssertLogits(trainable.Train(images, step).Logits.detach(), LetsOracle.Descendant(sample.Read, sample.Sizes, choice),
                images, sample.Shape.Descendant(width, depth));
        }
    });
}
