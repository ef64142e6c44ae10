using Learngene.Federation;
using Learngene.Grains.Federation.Rounds;

namespace Learngene.Grains.Federation;

/// <summary>What is remembered of a round.</summary>
internal static class RoundSummaries
{
    private const int MostDropped = 100, MostNamed = 1_000;

    public static RoundSummary Of(OpenRound open, IReadOnlyList<Accepted> accepted, IReadOnlyDictionary<string, string> dropped, long bytesDown, double seconds) => new()
    {
        Round = open.Terms.Round, Participants = accepted.Count, BytesUp = accepted.Sum(a => a.Bytes), BytesDown = bytesDown, Seconds = seconds,
        Dropped = [.. dropped.OrderBy(d => d.Key, StringComparer.Ordinal).Take(MostDropped).Select(d => $"{d.Key}: {d.Value}")],
        Loss = Mean(accepted, a => a.Loss, a => a.Samples), Accuracy = Mean(accepted, a => a.Accuracy, _ => 1),
        PerCohort = [.. Enumerable.Range(0, open.Terms.Cohorts).Select(c => accepted.Count(a => a.Cohort == c))],
        Clients = accepted.Count > MostNamed ? [] : [.. accepted.Select(a => a.Client)],
    };

    private static double Mean(IReadOnlyList<Accepted> accepted, Func<Accepted, double> value, Func<Accepted, double> weight)
    {
        double total = accepted.Sum(weight);
        return total == 0 ? 0 : accepted.Sum(a => value(a) * weight(a)) / total;
    }
}
