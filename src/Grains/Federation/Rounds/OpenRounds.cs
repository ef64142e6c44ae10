using System.Collections.Concurrent;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>The rounds in progress on this silo, for those who come by HTTP.</summary>
internal sealed class OpenRounds
{
    private readonly ConcurrentDictionary<string, OpenRound> _rounds = [];

    /// <summary>The round in progress of a federation, if it is here.</summary>
    public OpenRound? Of(string federation) => _rounds.GetValueOrDefault(federation);

    public void Add(OpenRound round) => _rounds[round.Terms.Federation] = round;

    public void Remove(OpenRound round) => _rounds.TryRemove(new(round.Terms.Federation, round));
}
