using Learngene.Federation;

namespace Learngene.Grains.Federation;

/// <summary>A page's rounds.</summary>
[GenerateSerializer, Alias("learngene.round-history-record")]
internal sealed record RoundHistoryRecord
{
    [Id(0)] public IReadOnlyList<RoundSummary> Rounds { get; init; } = [];
}

/// <summary>A page of finished rounds: written once a round, so it holds few.</summary>
internal sealed class RoundHistoryGrain([PersistentState("rounds")] IPersistentState<RoundHistoryRecord> state) : Grain, IRoundHistoryGrain
{
    private readonly Durable<RoundHistoryRecord> _record = new(state);

    public async Task Put(RoundSummary round)
    {
        // Nothing over what a successor has written.
        bool written = await _record.ChangeAsync(r => r.Rounds.Any(x => x.Round == round.Round && x.Epoch > round.Epoch) ? r : new() { Rounds = [.. r.Rounds.Where(x => x.Round != round.Round), round] });
        if (written) GrainMeter.Closed(round);
    }

    public Task<IReadOnlyList<RoundSummary>> List() => Task.FromResult<IReadOnlyList<RoundSummary>>([.. _record.Value.Rounds.OrderBy(r => r.Round)]);
}

/// <summary>How a federation's rounds are spread over pages.</summary>
internal static class RoundHistory
{
    /// <summary>Rounds on a page.</summary>
    public const int PageLength = 32;

    /// <summary>The page of a round.</summary>
    public static IRoundHistoryGrain Page(this IGrainFactory grains, string federation, int round) =>
        grains.GetGrain<IRoundHistoryGrain>($"{federation}/{(round - 1) / PageLength}");
}
