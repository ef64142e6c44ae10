using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Models;
using Learngene.Vision.Tests.Training;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class ComponentTrainingTests
{
    // Ten steps a phase: checkpoints inside the first, at its end, just after it, inside the last and before the last step.
    [Theory(Timeout = 60_000)]
    [InlineData(DecompositionTraining.Phases, 3, 5), InlineData(DecompositionTraining.Phases, 10, 10), InlineData(DecompositionTraining.Phases, 10, 13)]
    [InlineData(DecompositionTraining.Phases, 11, 11), InlineData(DecompositionTraining.Phases, 17, 22), InlineData(DecompositionTraining.Phases, 29, 29)]
    [InlineData(DecompositionTraining.Sampled, 7, 9), InlineData(DecompositionTraining.Together, 5, 5)]
    public Task A_run_killed_and_resumed_ends_with_the_same_bits(DecompositionTraining training, int checkpointAt, int killAt) => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(training);
        var whole = run.Train(new NoWatcher());
        var killer = new Killer(checkpointAt, killAt);
        Assert.Throws<OperationCanceledException>(() => run.Train(killer));
        var resumed = run.Train(new NoWatcher(), killer.Checkpoint, initial: 2);
        Assert.Equal(whole.Values, resumed.Values);
        Assert.Equal(whole.History, resumed.History);
    });

    [Fact(Timeout = 60_000)]
    public Task Phases_are_one_run_to_who_looks_on() => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(DecompositionTraining.Phases);
        var seen = new List<TrainingProgress>();
        var history = run.Train(new StepWatcher(seen.Add)).History;
        Assert.Equal(Enumerable.Range(1, 30).Select(s => (long)s), seen.Select(p => p.Step));
        Assert.All(seen, p => Assert.Equal(30, p.Steps));
        Assert.Equal(Enumerable.Range(1, 6), history.Select(e => e.Epoch));
        Assert.Equal(history, seen[^1].History);
        // Warm-up begins anew in each phase.
        Assert.Equal(seen[0].LearningRate, seen[10].LearningRate);
        Assert.Equal(seen[9].LearningRate, seen[29].LearningRate);
    });

    [Fact(Timeout = 60_000)]
    public Task A_phase_leaves_the_components_of_those_before_it_bit_for_bit_and_those_to_come_zero() => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(DecompositionTraining.Phases);
        var ends = new List<(int Phase, int Components, float[] Fc1, float[] Norm, float[] Head)>();
        run.Train(new NoWatcher(), onPhase: (phase, shape, all) => ends.Add((phase, shape.Components, Floats(all["components.*.mlp.fc1.weight"]), Floats(all["components.*.norm1.bias"]), Floats(all["head.weight"]))));
        Assert.Equal([(0, 1), (1, 3), (2, 4)], ends.Select(e => (e.Phase, e.Components)));
        for (int phase = 0; phase < 3; phase++)
            foreach (var pick in (Func<(int Phase, int Components, float[] Fc1, float[] Norm, float[] Head), float[]>[])[e => e.Fc1, e => e.Norm])
            {
                float[] now = pick(ends[phase]);
                int each = now.Length / 4, had = phase == 0 ? 0 : each * ends[phase - 1].Components, has = each * ends[phase].Components;
                if (phase > 0) Assert.Equal(pick(ends[phase - 1])[..had], now[..had]);
                Assert.Contains(now[had..has], x => x != 0);
                Assert.All(now[has..], x => Assert.Equal(0, x));
            }
        Assert.NotEqual(ends[0].Head, ends[1].Head);
    });

    [Fact(Timeout = 60_000)]
    public Task A_phase_starts_with_the_function_that_the_last_one_ended_with() => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 5, 2));
        var wider = sample.Shape with { Components = 4 };
        using var all = DecompositionParameters.Create(wider, 3);
        using var added = new ParameterSet(DecompositionParameters.Specs(sample.Shape));
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (var spec in all.Specs)
        {
            bool stacked = spec.Name.StartsWith("components", StringComparison.Ordinal);
            (stacked ? all[spec.Name].narrow(0, 0, 2) : all[spec.Name]).copy_(sample.Parameters[spec.Name]);
            if (!stacked) added.Set(spec.Name, sample.Parameters[spec.Name]);
        }
        var images = VitForwardTests.Images(3, 2, 6);
        var settings = new DecompositionSettings { Training = DecompositionTraining.Phases };
        float[] ended = Floats(new ComponentTrainable(sample.Shape, sample.Parameters, settings).Predictor()(images));
        float[] starts = Floats(new ComponentTrainable(wider, added, settings, all, 2).Predictor()(images));
        Assert.Equal(ended, starts);
    });

    [Fact(Timeout = 60_000)]
    public Task Frozen_components_get_neither_gradient_nor_weight_decay_nor_moments() => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(DecompositionTraining.Phases);
        using var all = DecompositionParameters.Create(run.Shape, 3);
        using var trained = new ParameterSet(DecompositionParameters.Specs(run.Shape with { Components = 1 }));
        foreach (var spec in trained.Specs.Where(s => !s.Name.StartsWith("components", StringComparison.Ordinal))) trained.Set(spec.Name, all[spec.Name]);
        var model = new ComponentTrainable(run.Shape, trained, run.Settings, all, 3);
        byte[] before = all.Values.bytes.ToArray();
        using var optimiser = new AdamW(model.Parameters, run.Settings with { WeightDecay = 10 });
        for (int step = 0; step < 3; step++)
        {
            using var scope = NewDisposeScope();
            model.Train(VitForwardTests.Images(4, 1, 12), step).Logits.square().sum().backward();
            optimiser.Step(step, 1e-2);
        }
        Assert.Equal(before, all.Values.bytes.ToArray());
        Assert.Equal(0, all.Gradients.abs().max().item<float>());
        Assert.Equal(trained.Count, optimiser.First.numel());
        Assert.True(trained["components.*.norm1.bias"].abs().max().item<float>() > 0);
    });

    [Fact(Timeout = 60_000)]
    public Task Sampling_draws_every_depth_and_count_about_equally_often() => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(4, 7, 4));
        var trainable = new ComponentTrainable(sample.Shape, sample.Parameters, new() { Seed = 3, MinDepth = 2 });
        var drawn = Enumerable.Range(0, 24_000).Select(s => trainable.SizeAt(s)).CountBy(x => x).ToDictionary();
        Assert.Equal((from d in Enumerable.Range(2, 6) from k in Enumerable.Range(1, 4) select new ModelSize(4, d, k)).ToHashSet(), drawn.Keys.ToHashSet());
        Assert.All(drawn.Values, n => Assert.InRange(n, 845, 1155));
    });

    [Theory(Timeout = 60_000), InlineData(DecompositionTraining.Phases), InlineData(DecompositionTraining.Sampled)]
    public Task Steps_leave_no_tensor_behind(DecompositionTraining training) => Within.OneMinute(() =>
    {
        using var run = new ComponentRun(training);
        using var parameters = DecompositionParameters.Create(run.Shape, 1);
        var alive = new List<long>();
        var outside = new List<long>();
        var watcher = new StepWatcher(_ =>
        {
            alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            outside.Add(DisposeScopeManager.Statistics.CreatedOutsideScopeCount);
        });
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        run.Train(watcher, into: parameters);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        foreach (var phase in alive.Chunk(10)) Assert.Single(phase.Distinct());
        foreach (var phase in outside.Chunk(10)) Assert.Single(phase.Distinct());
        Assert.True(alive.Max() - alive.Min() <= 1, "a phase keeps what it made");
    });

    private static float[] Floats(Tensor t)
    {
        using var none = no_grad();
        return t.data<float>().ToArray();
    }
}
