using Learngene.Federation;
using Orleans.Runtime;

namespace Learngene.Grains.Tests.Federation;

/// <summary>A call of a hosted client that is lost with its connection costs a round time and no contribution.</summary>
public sealed class LostCallTests
{
    [Fact(Timeout = 120_000)]
    public async Task A_hosted_client_whose_call_is_lost_is_asked_again_and_its_contribution_counts()
    {
        var lost = new LostCalls(2);
        await using var silo = await FilteredSilo.StartAsync(lost);
        var federation = silo.Client.GetGrain<IFederationGrain>("lost");
        var status = await federation.Start(Specifications.Small("lost", rounds: 2));
        while (status.State is not (FederationState.Completed or FederationState.Failed)) status = await federation.Watch(status.Revision);

        Assert.Equal(FederationState.Completed, status.State);
        Assert.Equal(0, lost.Left);
        var rounds = await federation.History(0);
        Assert.Equal([3, 3], rounds.Select(r => r.Clients.Count));
        Assert.Empty(rounds.SelectMany(r => r.Dropped));
    }

    // Loses what clients ask their federation first in a round, so many times.
    private sealed class LostCalls(int most) : IIncomingGrainCallFilter
    {
        private int _left = most;

        public int Left => Math.Max(0, Volatile.Read(ref _left));

        public Task Invoke(IIncomingGrainCallContext context) =>
            context.InterfaceMethod.Name == nameof(IFederationGrain.Terms) && context.SourceId is { } source && source.ToString().Contains("client", StringComparison.OrdinalIgnoreCase)
            && Interlocked.Decrement(ref _left) >= 0
                ? throw new SiloUnavailableException("the connection was reset")
                : context.Invoke();
    }
}
