using Learngene.Grains.Compute;

namespace Learngene.Grains.Tests.Compute;

public sealed class ComputeLaneTests
{
    [Fact(Timeout = 10_000)]
    public async Task Work_runs_one_after_the_other_by_priority_and_then_by_age()
    {
        using var lane = new ComputeLane("test", 1);
        using var gate = new ManualResetEventSlim();
        var order = new List<string>();
        Task<int> Add(string name, LanePriority priority, long age) => lane.RunAsync(name, priority, age, _ => { order.Add(name); return 0; }, default);
        var first = lane.RunAsync("gate", LanePriority.Training, 0, _ => { gate.Wait(); return 0; }, default);
        Task[] all = [Add("young", LanePriority.Training, 9), Add("old", LanePriority.Training, 3), Add("urgent", LanePriority.Urgent, 100)];
        gate.Set();
        await Task.WhenAll([first, .. all]);
        Assert.Equal(["urgent", "old", "young"], order);
    }

    [Fact(Timeout = 10_000)]
    public async Task Urgent_work_runs_where_other_work_breathes()
    {
        using var lane = new ComputeLane("test", 1);
        using var waiting = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        var order = new List<string>();
        var training = lane.RunAsync("training", LanePriority.Training, 0, turn =>
        {
            begun.Set();
            waiting.Wait();
            order.Add("step");
            turn.Breathe();
            order.Add("step");
            return 0;
        }, default);
        begun.Wait();
        var urgent = lane.RunAsync("urgent", LanePriority.Urgent, 0, turn => { order.Add("urgent"); turn.Breathe(); return 0; }, default);
        waiting.Set();
        await Task.WhenAll(training, urgent);
        Assert.Equal(["step", "urgent", "step"], order);
    }

    [Fact(Timeout = 10_000)]
    public async Task Cancelled_work_leaves_the_queue_or_stops_when_it_breathes()
    {
        using var lane = new ComputeLane("test", 1);
        using var cancelRunning = new CancellationTokenSource();
        using var cancelWaiting = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        var running = lane.RunAsync<int>("running", LanePriority.Training, 0, turn => { begun.Set(); while (true) turn.Breathe(); }, cancelRunning.Token);
        begun.Wait();
        var waiting = lane.RunAsync("waiting", LanePriority.Training, 1, _ => 0, cancelWaiting.Token);
        cancelWaiting.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        cancelRunning.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(5, await lane.RunAsync("next", LanePriority.Training, 2, _ => 5, default));
    }

    [Fact(Timeout = 10_000)]
    public async Task Work_that_throws_fails_alone()
    {
        using var lane = new ComputeLane("test", 1);
        await Assert.ThrowsAsync<InvalidDataException>(() => lane.RunAsync<int>("bad", LanePriority.Training, 0, _ => throw new InvalidDataException(), default));
        Assert.Equal(1, await lane.RunAsync("good", LanePriority.Training, 0, _ => 1, default));
        Assert.DoesNotContain("bad", lane.Running);
    }

    [Fact(Timeout = 10_000)]
    public async Task A_lane_that_is_disposed_cancels_what_waits_and_what_runs()
    {
        var lane = new ComputeLane("test", 1);
        using var begun = new ManualResetEventSlim();
        var running = lane.RunAsync<int>("running", LanePriority.Training, 0, turn => { begun.Set(); while (true) turn.Breathe(); }, default);
        begun.Wait();
        var waiting = lane.RunAsync("waiting", LanePriority.Training, 1, _ => 0, default);
        lane.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
