using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Training;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class WidthTrainingTests
{
    [Theory(Timeout = 60_000)]
    [InlineData(DecompositionTraining.Sampled, 7, 9), InlineData(DecompositionTraining.Together, 5, 5), InlineData(DecompositionTraining.Phases, 10, 13), InlineData(DecompositionTraining.Phases, 17, 22)]
    public Task A_run_killed_and_resumed_ends_with_the_same_bits(DecompositionTraining training, int checkpointAt, int killAt) => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(training, widths: true);
        var whole = run.Train(new NoWatcher());
        var killer = new Killer(checkpointAt, killAt);
        Assert.Throws<OperationCanceledException>(() => run.Train(killer));
        var resumed = run.Train(new NoWatcher(), killer.Checkpoint, initial: 2);
        Assert.Equal(whole.Values, resumed.Values);
        Assert.Equal(whole.History, resumed.History);
    });

    [Fact(Timeout = 60_000)]
    public Task The_matrices_train_in_every_phase_and_frozen_components_do_not() => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(DecompositionTraining.Phases, widths: true);
        var ends = new List<(float[] Emb, float[] Ffn, float[] Fc1)>();
        run.Train(new NoWatcher(), onPhase: (_, _, all) => ends.Add((Floats(all["F.emb"]), Floats(all["F.ffn"]), Floats(all["components.*.mlp.fc1.weight"].narrow(0, 0, 1)))));
        Assert.Equal(3, ends.Count);
        foreach (var (before, after) in ends.Zip(ends.Skip(1)))
        {
            Assert.NotEqual(before.Emb, after.Emb);
            Assert.NotEqual(before.Ffn, after.Ffn);
            Assert.Equal(before.Fc1, after.Fc1);
        }
    });

    // What the steps drew before there were widths; a change would change every file that is learnt.
    [Fact(Timeout = 60_000)]
    public Task Widths_are_drawn_evenly_and_beside_the_draws_that_there_were() => Within.OneMinute(() =>
    {
        using var plain = new DecompositionSample(DecompositionSample.Of(4, 7, 4));
        var before = new ComponentTrainable(plain.Shape, plain.Parameters, new() { Seed = 3, MinDepth = 2 });
        Assert.Equal(
            ["4x7x4", "4x3x3", "4x5x2", "4x6x3", "4x2x1", "4x3x2", "4x7x3", "4x6x3", "4x6x2", "4x2x4", "4x2x1", "4x4x2"],
            Enumerable.Range(0, 12).Select(s => $"{before.SizeAt(s)}"));
        using var sample = new DecompositionSample(DecompositionSample.Of(16, 7, 4) with { ComponentWidth = 12 });
        var trainable = new ComponentTrainable(sample.Shape, sample.Parameters, new() { Seed = 3, MinDepth = 2, MinWidth = 8 });
        var sizes = Enumerable.Range(0, 72_000).Select(s => trainable.SizeAt(s)).ToList();
        Assert.All(sizes.Take(1000).Select((size, step) => (size, step)), x => Assert.Equal(before.SizeAt(x.step), x.size with { Width = 4 }));
        var drawn = sizes.CountBy(x => x).ToDictionary();
        Assert.Equal((from w in (int[])[8, 12, 16] from d in Enumerable.Range(2, 6) from k in Enumerable.Range(1, 4) select new ModelSize(w, d, k)).ToHashSet(), drawn.Keys.ToHashSet());
        Assert.All(drawn.Values, n => Assert.InRange(n, 845, 1155));
        var from = new ComponentTrainable(sample.Shape, sample.Parameters, new() { Seed = 3 });
        Assert.Equal([12, 16], Enumerable.Range(0, 200).Select(s => from.SizeAt(s).Width).Distinct().Order());
        foreach (var form in (DecompositionTraining[])[DecompositionTraining.Together, DecompositionTraining.Phases])
            Assert.Equal(new ModelSize(16, 7, 4), new ComponentTrainable(sample.Shape, sample.Parameters, new() { Training = form, MinWidth = 8 }).SizeAt(5));
    });

    [Theory(Timeout = 60_000), InlineData(SizeSampling.Small), InlineData(SizeSampling.Large)]
    public Task A_preference_draws_the_preferred_end_of_each_axis_most(SizeSampling sampling) => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(16, 7, 4) with { ComponentWidth = 12 });
        var trainable = new ComponentTrainable(sample.Shape, sample.Parameters, new() { Sampling = sampling, Seed = 3, MinWidth = 8 });
        var drawn = Enumerable.Range(0, 20_000).Select(step => trainable.SizeAt(step)).ToList();
        // Of n values the preferred end comes with (2n - 1) / n^2: three widths, six depths and four counts.
        var end = sampling == SizeSampling.Small ? new ModelSize(8, 2, 1) : new ModelSize(16, 7, 4);
        Assert.InRange(drawn.Count(d => d.Width == end.Width) / 20_000.0, 5 / 9.0 - 0.02, 5 / 9.0 + 0.02);
        Assert.InRange(drawn.Count(d => d.Depth == end.Depth) / 20_000.0, 11 / 36.0 - 0.02, 11 / 36.0 + 0.02);
        Assert.InRange(drawn.Count(d => d.Components == end.Components) / 20_000.0, 7 / 16.0 - 0.02, 7 / 16.0 + 0.02);
    });

    [Theory(Timeout = 60_000), InlineData(DecompositionTraining.Phases), InlineData(DecompositionTraining.Sampled)]
    public Task Steps_leave_no_tensor_behind(DecompositionTraining training) => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(training, widths: true);
        using var parameters = DecompositionParameters.Create(run.Shape, 1);
        var alive = new List<long>();
        var outside = new List<long>();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        run.Train(new StepWatcher(_ =>
        {
            alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            outside.Add(DisposeScopeManager.Statistics.CreatedOutsideScopeCount);
        }), into: parameters);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        foreach (var phase in alive.Chunk(10)) Assert.Single(phase.Distinct());
        foreach (var phase in outside.Chunk(10)) Assert.Single(phase.Distinct());
    });

    private static float[] Floats(Tensor t)
    {
        using var none = no_grad();
        return t.contiguous().data<float>().ToArray();
    }
}
