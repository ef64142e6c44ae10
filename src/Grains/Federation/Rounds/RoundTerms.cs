using Learngene.Grains.Compute;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>What a round is about: the same whenever it is opened.</summary>
/// <param name="Federation">Whose round.</param><param name="Round">From 1 on.</param><param name="Task">What all participants agree on.</param>
/// <param name="Cohorts">How many there are.</param><param name="Plan">The layers to exchange; null where clients choose.</param>
internal sealed record RoundTerms(string Federation, int Round, FederatedTask Task, int Cohorts, IReadOnlyList<int>? Plan)
{
    /// <summary>Bytes of the longest contribution there can be.</summary>
    public long LongestContribution { get; } = Payload.Length(Task.Layout, new()
    {
        Kind = PayloadKind.Differences, Encoding = Task.Settings.Encoding.Up!.Value, Round = Round, Layers = Plan ?? Task.Layout.All,
        Scores = new float[Task.Layout.ModelLayers], TopK = Task.Settings.Encoding.TopK,
    });

    /// <summary>Whether the rule needs all contributions at once.</summary>
    public bool Robust => Task.Settings.Aggregation.Rule != AggregationRule.Mean;
}

/// <summary>The lanes that carry rounds: one folds, one waits for the disk.</summary>
internal sealed class RoundLanes : IDisposable
{
    /// <summary>Decodes contributions and adds them up.</summary>
    public ComputeLane Folding { get; } = new("aggregation", 1, niced: false);
    /// <summary>Waits for the disk.</summary>
    public ComputeLane Writing { get; } = new("ledger", 1, niced: false);

    public void Dispose()
    {
        Folding.Dispose();
        Writing.Dispose();
    }
}
