using FsCheck.Xunit;
using Learngene.Vision.Budgets;

namespace Learngene.Vision.Tests.Budgets;

public sealed class AccuracyModelTests
{
    [Property(MaxTest = 100)]
    public void What_was_measured_is_told_as_it_was_and_guesses_stay_accuracies(int seed)
    {
        var random = new Random(seed);
        var options = Sizes.Some(random, 20);
        var known = options.Take(1 + random.Next(options.Count)).Select(o => new MeasuredAccuracy(o.Width, o.Depth, o.Components, random.NextDouble())).ToList();
        var model = new AccuracyModel(known);
        foreach (var o in options)
        {
            var estimate = model.Of(o);
            var was = known.Find(k => (k.Width, k.Depth, k.Components) == (o.Width, o.Depth, o.Components));
            Assert.Equal(was is null ? AccuracySource.Predicted : AccuracySource.Measured, estimate.Source);
            if (was is not null) Assert.Equal(was.Accuracy, estimate.Value);
            Assert.InRange(estimate.Value!.Value, 0, 1);
        }
    }

    [Fact]
    public void Sizes_between_measured_ones_are_between_them()
    {
        var model = new AccuracyModel(from w in (int[])[32, 128] from d in (int[])[2, 8] select new MeasuredAccuracy(w, d, null, Truth(w, d)));
        foreach (int w in (int[])[32, 48, 64, 96, 128])
            foreach (int d in (int[])[2, 4, 8])
                Assert.Equal(Truth(w, d), model.Of(Sizes.Of(w, d)).Value!.Value, 1e-9);
        static double Truth(int width, int depth) => 0.5 + 0.04 * Math.Log2(width / 32.0) + 0.02 * Math.Log2(depth);
    }

    // The shipped results: seed means of the sampled form at the corners and in the middle predict the other cells.
    [Fact]
    public void The_published_table_is_predicted_from_five_of_its_cells()
    {
        int[] widths = [48, 64, 80, 96];
        double[][] table =
        [
            [84.0, 84.5, 84.8, 85.1, 85.1, 85.1, 85.1], [84.6, 85.0, 85.2, 85.4, 85.4, 85.4, 85.3],
            [84.7, 85.2, 85.4, 85.4, 85.5, 85.3, 85.4], [84.8, 85.2, 85.6, 85.5, 85.4, 85.4, 85.4],
        ];
        (int W, int D)[] known = [(0, 0), (0, 6), (3, 0), (3, 6), (1, 3)];
        var model = new AccuracyModel(known.Select(k => new MeasuredAccuracy(widths[k.W], 2 + k.D, null, table[k.W][k.D] / 100)));
        for (int w = 0; w < 4; w++)
            for (int d = 0; d < 7; d++)
                Assert.Equal(table[w][d] / 100, model.Of(Sizes.Of(widths[w], 2 + d)).Value!.Value, 0.006);
    }

    [Fact]
    public void Beyond_the_largest_nothing_is_gained_and_below_the_smallest_something_is_lost()
    {
        var model = new AccuracyModel([new(64, 4, null, 0.8), new(128, 8, null, 0.8)]);
        double At(int width, int depth) => model.Of(Sizes.Of(width, depth)).Value!.Value;
        Assert.Equal(At(128, 8), At(256, 16), 1e-12);
        Assert.Equal(0.79, At(32, 4), 1e-9);
        Assert.Equal(0.78, At(32, 2), 1e-9);
    }

    [Fact]
    public void Several_measurements_of_a_size_count_as_their_mean() =>
        Assert.Equal(0.75, new AccuracyModel([new(64, 4, null, 0.7), new(64, 4, null, 0.8)]).Of(Sizes.Of(64, 4)).Value!.Value, 1e-12);

    [Fact]
    public void What_cannot_have_been_measured_is_refused()
    {
        Assert.Throws<InvalidInputException>(() => new AccuracyModel([new(0, 4, null, 0.5)]));
        Assert.Throws<InvalidInputException>(() => new AccuracyModel([new(4, 4, 0, 0.5)]));
        Assert.Throws<InvalidInputException>(() => new AccuracyModel([new(4, 4, null, 85)]));
        Assert.Throws<InvalidInputException>(() => new AccuracyModel([new(4, 4, null, double.NaN)]));
    }
}
