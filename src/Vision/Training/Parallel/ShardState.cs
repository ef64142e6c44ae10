namespace Learngene.Vision.Training;

/// <summary>Losses of some steps of an epoch.</summary>
/// <param name="Epoch">From 1 on.</param><param name="Sum">Of the losses.</param><param name="Count">Steps.</param>
public sealed record EpochLoss(int Epoch, double Sum, int Count);

/// <summary>Where a worker is in a round.</summary>
public sealed record ShardState
{
    /// <summary>The round, from 0 on.</summary>
    public long Round { get; init; }
    /// <summary>The worker, from 0 on.</summary>
    public int Worker { get; init; }
    /// <summary>Its steps in this round so far.</summary>
    public int Step { get; init; }
    /// <summary>What they lost, by epoch.</summary>
    public IReadOnlyList<EpochLoss> Losses { get; init; } = [];

    internal ShardState After(int epoch, double loss)
    {
        var last = Losses is [.., var l] && l.Epoch == epoch ? l : new(epoch, 0, 0);
        return this with { Step = Step + 1, Losses = [.. Losses.Where(x => x.Epoch != epoch), last with { Sum = last.Sum + loss, Count = last.Count + 1 }] };
    }

    internal double MeanLoss => Losses.Sum(l => l.Sum) / Math.Max(1, Losses.Sum(l => l.Count));
}

/// <summary>Where a run of several workers is between two rounds.</summary>
public sealed record OuterState
{
    /// <summary>Rounds that are done.</summary>
    public long Rounds { get; init; }
    /// <summary>The epochs that are over.</summary>
    public IReadOnlyList<EpochResult> History { get; init; } = [];
    /// <summary>Losses of epochs that are not.</summary>
    public IReadOnlyList<EpochLoss> Losses { get; init; } = [];
}
