using Learngene.Vision.Tests.Data;
using Learngene.Vision.Training;
using TorchSharp;

namespace Learngene.Vision.Tests.Training;

public sealed class TensorLeakTests
{
    [Theory(Timeout = 60_000), InlineData(false), InlineData(true), InlineData(true, 3, 0.5)]
    public Task Fifty_steps_leave_no_tensor_behind(bool lets, int? rank = null, double features = 0) => Within.OneMinute(() =>
    {
        using var run = new SmallRun { Rank = rank };
        var alive = new List<long>();
        var outside = new List<long>();
        var watcher = new StepWatcher(_ =>
        {
            alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            outside.Add(DisposeScopeManager.Statistics.CreatedOutsideScopeCount);
        });
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        run.Train(lets, watcher, options: (lets ? SmallRun.LetsOptions : SmallRun.Options) with { Epochs = 11, FeatureWeight = features });
        Assert.Equal(55, alive.Count);
        Assert.Single(alive.Distinct());
        Assert.Single(outside.Distinct());
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    });
}
