using Learngene.Clients;
using Learngene.Grains.Clients;

namespace Learngene.Grains.Tests.Federation;

/// <summary>A hosted client's contribution, when the silo that has the round goes away under it.</summary>
public sealed class HostedOrderTests
{
    private static WorkOrder By(string silo) => new() { Round = 2, Upload = $"http://{silo}/rounds/2?ticket=x" };

    private static Task<string> Answer(string silo) =>
        silo == "gone" ? Task.FromException<string>(new HttpRequestException("nobody listens")) : Task.FromResult(silo == "next" ? "accepted" : "not in progress here");

    [Theory(Timeout = 30_000), InlineData("draining"), InlineData("gone")]
    public async Task Nobody_has_the_round_for_now_which_is_no_reason_to_leave_the_client_out(string silo)
    {
        var order = new HostedOrder(By(silo), new Hurried());
        await Assert.ThrowsAsync<OperationCanceledException>(() => order.MoveAsync((o, _) => Answer(new Uri(o.Upload).Host), a => a == "accepted"));
    }

    [Theory(Timeout = 30_000), InlineData("draining"), InlineData("gone")]
    public async Task Whoever_has_the_round_next_is_asked(string silo)
    {
        var order = new HostedOrder(By(silo), TimeProvider.System);
        var moving = order.MoveAsync((o, _) => Answer(new Uri(o.Upload).Host), a => a == "accepted");
        Assert.False(moving.IsCompleted);
        order.Renew(By("next"));
        Assert.Equal("accepted", await moving);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_answer_about_a_round_that_is_over_is_the_last()
    {
        var order = new HostedOrder(By("draining"), TimeProvider.System);
        order.End();
        Assert.Equal("not in progress here", await order.MoveAsync((o, _) => Answer(new Uri(o.Upload).Host), a => a == "accepted"));
    }

    // A hundred times as fast.
    private sealed class Hurried : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : dueTime / 100, period);
    }
}
