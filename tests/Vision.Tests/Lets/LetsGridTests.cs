using Learngene.Vision.Data;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Lets;

public sealed class LetsGridTests
{
    [Fact(Timeout = 60_000)]
    public Task A_size_of_the_grid_is_the_descendant_made_by_itself() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 20, 8, 4);
        using var grid = new LetsGrid(sample.Shape, name => sample.Parameters[name]);
        using var none = no_grad();
        foreach (var (width, depth) in ((int, int)[])[(8, 3), (20, 8), (12, 2), (4, 5), (20, 1)])
        {
            using var scope = NewDisposeScope();
            var rows = DepthList.For(sample.Shape.Rows, depth);
            var shape = sample.Shape.Descendant(width, depth);
            var alone = Expansion.Expand(sample.Shape, name => sample.Parameters[name], Selection.Continuous(sample.Shape, width, rows)).Named(shape);
            var shared = grid.Descendant(width, rows).Named(shape);
            Assert.Equal(alone.Keys.Order(), shared.Keys.Order());
            Assert.All(alone, t => Assert.True(allclose(t.Value, shared[t.Key], 1e-6, 1e-7), t.Key));
        }
    });

    [Fact(Timeout = 60_000)]
    public Task A_grid_leaves_the_learngene_as_it_was() => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 16, 8, 4);
        var before = sample.Written(Selection.Continuous(sample.Shape, 8, DepthList.For(4, 5)));
        for (int times = 0; times < 2; times++)
        {
            using var grid = new LetsGrid(sample.Shape, name => sample.Parameters[name]);
            foreach (int width in (int[])[8, 16]) grid.Descendant(width, DepthList.For(4, 5));
        }
        foreach (var (name, value) in sample.Written(Selection.Continuous(sample.Shape, 8, DepthList.For(4, 5)))) Assert.Equal(before[name].Values, value.Values);
    });

    [Theory(Timeout = 60_000), InlineData(1), InlineData(2), InlineData(3)]
    public Task Models_measured_together_score_as_each_does_alone(int threads) => Within.OneMinute(() =>
    {
        using var set = Samples.Set(600, new(1, 28, 28), classes: 10);
        var preprocess = Preprocess.Measure(set);
        VitShape Of(int width, int depth) => new() { ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = width, Depth = depth, Heads = width / 8 };
        var lets = new LetsShape { Learngene = Of(16, 2), Auxiliary = Of(32, 4) }.Validated();
        using var parameters = LetsParameters.Create(lets, 3);
        using var grid = new LetsGrid(lets, name => parameters[name]);
        (int Width, int Depth)[] sizes = [(16, 2), (24, 4), (32, 3), (32, 4)];
        var together = GridEvaluator.Run(grid.Models(sizes), set, preprocess, new NoWatcher(), take: 500, threads: threads);
        Assert.Equal(sizes.Length, together.Count);
        foreach (var (width, depth) in sizes)
        {
            using var none = no_grad();
            using var scope = NewDisposeScope();
            var weights = grid.Descendant(width, DepthList.For(lets.Rows, depth));
            var alone = Evaluator.Run(images => new Vit(lets.Descendant(width, depth)).Forward(images, weights), set, preprocess, new NoWatcher(), take: 500);
            var found = together[$"{width}x{depth}"];
            Assert.Equal((500, alone.Accuracy), (found.Images, found.Accuracy));
            Assert.Equal(alone.Loss, found.Loss, 4);
        }
    });

    [Fact(Timeout = 60_000)]
    public Task A_watcher_that_cancels_stops_every_core() => Within.OneMinute(() =>
    {
        using var set = Samples.Set(5000, new(1, 28, 28), classes: 10);
        var models = Enumerable.Range(0, 4).Select(i => new GridModel($"{i}", i, () => images => zeros(images.shape[0], 10))).ToList();
        Assert.Throws<OperationCanceledException>(() => GridEvaluator.Run(models, set, Preprocess.Measure(set), new CancelAfter(10), threads: 2));
    });

    [Fact]
    public void The_spread_of_a_learngene_has_its_ends_and_no_more_than_64_sizes()
    {
        VitShape Of(int width, int depth) => new() { ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = width, Depth = depth, Heads = width / 8 };
        var lets = new LetsShape { Learngene = Of(16, 2), Auxiliary = Of(256, 32) }.Validated();
        var spread = LearngeneGrid.Spread(new ModelConfig { Kind = "lets", Vit = lets.Auxiliary, Lets = lets });
        Assert.InRange(spread.Count, 2, 64);
        Assert.Contains(new ModelSize(16, 2), spread);
        Assert.Contains(new ModelSize(256, 32), spread);
        Assert.Equal(spread.Count, spread.Distinct().Count());
        Assert.All(spread, s => Assert.Equal(s, ModelSize.Parse(s.ToString())));
    }

    private sealed class CancelAfter(int breaths) : ITrainingWatcher
    {
        private int _breaths;
        public string Owner => "";
        public bool CheckpointDue => false;
        public void Breathe()
        {
            if (++_breaths > breaths) throw new OperationCanceledException();
        }
        public void OnStep(TrainingProgress progress) { }
        public void OnCheckpoint(long step, Action<Stream> write) { }
    }
}
