using Learngene.Vision.Data;
using Learngene.Vision.Training;

namespace Learngene.Vision.Tests.Training.Parallel;

public sealed class ShardPlanTests
{
    [Theory]
    [InlineData(15, 5, 1, 4), InlineData(15, 5, 2, 1), InlineData(15, 5, 4, 2), InlineData(15, 5, 7, 3), InlineData(3, 1, 64, 50), InlineData(40, 10, 4, 100), InlineData(41, 10, 4, 5)]
    public void Workers_take_every_batch_once_and_the_rounds_that_are_done_are_a_beginning_of_the_run(int steps, int stepsPerEpoch, int workers, int local)
    {
        var plan = new ShardPlan(steps, stepsPerEpoch, workers, local);
        var seen = new List<long>();
        for (long round = 0; round < plan.Rounds; round++)
        {
            Assert.Equal(seen.Count, plan.Done(round));
            Assert.Equal(seen.Count / stepsPerEpoch, plan.Epochs(round));
            Assert.Equal(Enumerable.Range(0, workers).Count(w => plan.StepsIn(round, w) > 0), plan.WorkersIn(round));
            for (int worker = 0; worker < workers; worker++)
                for (int i = 0; i < plan.StepsIn(round, worker); i++)
                    seen.Add(plan.Batch(plan.FirstStep(round) + i, worker));
            Assert.Equal(Enumerable.Range(0, seen.Count).Select(i => (long)i), seen.Order());
        }
        Assert.Equal(steps, seen.Count);
        Assert.Equal((steps, (steps + stepsPerEpoch - 1) / stepsPerEpoch), (plan.Done(plan.Rounds), plan.Epochs(plan.Rounds)));
    }

    [Theory, InlineData(1, 0), InlineData(2, 0), InlineData(2, 3)]
    public void A_loader_delivers_every_so_manieth_batch_of_an_epoch_and_no_more_than_asked(int every, int threads)
    {
        using var run = new SmallRun();
        var all = new BatchLoaderOptions { Set = run.Data.Train, Preprocess = run.Data.Preprocess, BatchSize = 9, Shuffle = true, Seed = 3, Workers = threads };
        using var loader = new BatchLoader(all);
        using var some = new BatchLoader(all with { FirstBatch = 1, Every = every });
        using var few = new BatchLoader(all with { FirstBatch = 1, Every = every, Most = 3 });
        var expected = loader.Where(b => b.Number % every == 1 % every && b.Number > 0).Select(b => (b.Number, string.Join(' ', b.Sources))).ToList();
        Assert.Equal(every == 1 ? 9 : 5, expected.Count);
        Assert.Equal(expected, some.Select(b => (b.Number, string.Join(' ', b.Sources))));
        Assert.Equal(expected.Take(3), few.Select(b => (b.Number, string.Join(' ', b.Sources))));
    }
}
