namespace Learngene.Vision.Federation;

/// <summary>What is measured when the rounds are over.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Known clients: as left, after the final download, and tuned. Default true; it makes every client keep its model.</summary>
    public bool Known { get; init; } = true;
    /// <summary>Late clients: initialised, and after local epochs. Default true.</summary>
    public bool Late { get; init; } = true;
    /// <summary>Epochs after which a late client is measured, ascending, 0..1,000. Default 0, 1, 5.</summary>
    public IReadOnlyList<int> LateEpochs { get; init; } = [0, 1, 5];
    /// <summary>Epochs of local fine-tuning after which a known client is measured, ascending, 1..1,000. Default 1, 5.</summary>
    public IReadOnlyList<int> FineTuneEpochs { get; init; } = [1, 5];
    /// <summary>Learning rate of fine-tuning and of late clients, 0..100. Default: a fifth of the federation's, of adam a half.</summary>
    public double? FineTuneLr { get; init; }
}

/// <summary>Clients that come and go on a seed: each share is of the known clients, drawn anew each round but for <see cref="Arriving"/>.</summary>
public sealed record ScenarioSettings
{
    /// <summary>Seed of the scenario. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>Share that joins in the course of the rounds instead of at the start, 0..1. Default 0.</summary>
    public double Arriving { get; init; }
    /// <summary>Round by which all of those have joined, 1 or more. Default 10.</summary>
    public int ArrivedBy { get; init; } = 10;
    /// <summary>Share that leaves in a round, 0..1. Default 0.</summary>
    public double Leaving { get; init; }
    /// <summary>Rounds after which one that left returns, 0 never. Default 0.</summary>
    public int ReturningAfter { get; init; }
    /// <summary>Share of the asked that answers too late, 0..1. Default 0.</summary>
    public double Straggling { get; init; }
    /// <summary>Share of the asked that dies in the round, 0..1. Default 0.</summary>
    public double Crashing { get; init; }

    internal void Validate()
    {
        Allowed.Within("scenario.arriving", Arriving, 0, 1);
        Allowed.Within("scenario.arrivedBy", ArrivedBy, 1, 1_000_000);
        Allowed.Within("scenario.leaving", Leaving, 0, 1);
        Allowed.Within("scenario.returningAfter", ReturningAfter, 0, 1_000_000);
        Allowed.Within("scenario.straggling", Straggling, 0, 1);
        Allowed.Within("scenario.crashing", Crashing, 0, 1);
    }
}
