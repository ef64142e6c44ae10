using Learngene.Vision.Tests.Data;
using Learngene.Vision.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Training;

public sealed class ResumeTests
{
    // Five steps an epoch: checkpoints inside an epoch, at its end, after the first step and just before the last.
    [Theory(Timeout = 60_000)]
    [InlineData(false, 7, 9), InlineData(false, 5, 5), InlineData(false, 1, 1), InlineData(false, 14, 14)]
    [InlineData(true, 7, 9), InlineData(true, 10, 12), InlineData(true, 1, 1)]
    public Task A_run_killed_and_resumed_ends_with_the_same_bits(bool lets, int checkpointAt, int killAt) => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        var whole = run.Train(lets, new NoWatcher());
        var killer = new Killer(checkpointAt, killAt);
        Assert.Throws<OperationCanceledException>(() => run.Train(lets, killer));
        // Other initial values: what counts is in the checkpoint.
        var resumed = run.Train(lets, new NoWatcher(), killer.Checkpoint, initial: 2);
        Assert.Equal(whole.Values, resumed.Values);
        Assert.Equal(whole.History, resumed.History);
        Assert.Equal(3, whole.History.Count);
    });

    [Fact(Timeout = 60_000)]
    public Task So_does_one_whose_matrices_are_of_low_rank() => Within.OneMinute(() =>
    {
        using var run = new SmallRun { Rank = 3 };
        var whole = run.Train(lets: true, new NoWatcher());
        var killer = new Killer(7, 9);
        Assert.Throws<OperationCanceledException>(() => run.Train(lets: true, killer));
        Assert.Equal(whole.Values, run.Train(lets: true, new NoWatcher(), killer.Checkpoint, initial: 2).Values);
    });

    [Fact(Timeout = 60_000)]
    public Task So_does_one_that_distils_features_and_they_matter() => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        var options = SmallRun.LetsOptions with { FeatureWeight = 3 };
        var whole = run.Train(lets: true, new NoWatcher(), options: options);
        var killer = new Killer(7, 9);
        Assert.Throws<OperationCanceledException>(() => run.Train(lets: true, killer, options: options));
        var resumed = run.Train(lets: true, new NoWatcher(), killer.Checkpoint, options, initial: 2);
        Assert.Equal(whole.Values, resumed.Values);
        Assert.NotEqual(run.Train(lets: true, new NoWatcher()).Values, whole.Values);
    });

    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task The_same_seed_gives_the_same_bits_whatever_else_draws_random_numbers(bool lets) => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        var first = run.Train(lets, new NoWatcher());
        var disturbed = run.Train(lets, new StepWatcher(_ => rand(7).Dispose()));
        var other = run.Train(lets, new NoWatcher(), options: (lets ? SmallRun.LetsOptions : SmallRun.Options) with { Seed = 6 });
        Assert.Equal(first.Values, disturbed.Values);
        Assert.Equal(first.History, disturbed.History);
        Assert.NotEqual(first.Values, other.Values);
    });

    [Fact(Timeout = 60_000)]
    public Task Two_runs_beside_each_other_give_the_bits_of_each_alone() => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        using var beside = new SmallRun();
        byte[] vit = run.Train(lets: false, new NoWatcher()).Values, lets = run.Train(lets: true, new NoWatcher()).Values;
        byte[] vitBeside = [], letsBeside = [];
        var threads = (Thread[])[new(() => vitBeside = run.Train(lets: false, new NoWatcher()).Values), new(() => letsBeside = beside.Train(lets: true, new NoWatcher()).Values)];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Equal(vit, vitBeside);
        Assert.Equal(lets, letsBeside);
    });
}
