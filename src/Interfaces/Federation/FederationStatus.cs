namespace Learngene.Federation;

/// <summary>Where a federation is in its life.</summary>
public enum FederationState
{
    /// <summary>Its clients are put into cohorts; the first round has not opened.</summary>
    Starting,
    /// <summary>Its rounds go on.</summary>
    Running,
    /// <summary>The rounds are done; known and late clients are measured.</summary>
    Evaluating,
    /// <summary>Done; the result is stored.</summary>
    Completed,
    /// <summary>Ended on request after a round; what it had learned is stored.</summary>
    Stopped,
    /// <summary>Tried and failed; starting it again with the same specification goes on.</summary>
    Failed,
}

/// <summary>A finished round.</summary>
[GenerateSerializer, Immutable, Alias("learngene.round")]
public sealed record RoundSummary
{
    /// <summary>From 1 on.</summary>
    [Id(0)] public required int Round { get; init; }
    /// <summary>Clients whose contribution counted.</summary>
    [Id(1)] public int Participants { get; init; }
    /// <summary>Clients that had the round's work and did not contribute, each as <c>name: reason</c>, at most 100 of them.</summary>
    [Id(2)] public IReadOnlyList<string> Dropped { get; init; } = [];
    /// <summary>Bytes of the contributions that counted, encoded as they travelled.</summary>
    [Id(3)] public long BytesUp { get; init; }
    /// <summary>Bytes of the learngenes that those who had the round's work downloaded.</summary>
    [Id(4)] public long BytesDown { get; init; }
    /// <summary>Mean training loss of the participants, weighted by their images.</summary>
    [Id(5)] public double Loss { get; init; }
    /// <summary>Mean accuracy of what was downloaded on the participants' own test images, 0..1.</summary>
    [Id(6)] public double Accuracy { get; init; }
    /// <summary>From opening to closing.</summary>
    [Id(7)] public double Seconds { get; init; }
    /// <summary>Contributions that counted, by cohort.</summary>
    [Id(8)] public IReadOnlyList<int> PerCohort { get; init; } = [];
    /// <summary>Who contributed, sorted.</summary>
    [Id(9)] public IReadOnlyList<string> Clients { get; init; } = [];
    /// <summary>Epoch of the silo that closed it: what one says that has lost the federation does not replace what its successor says.</summary>
    [Id(10)] public long Epoch { get; init; }
}

/// <summary>What the federation's learngene is worth to clients, measured when its rounds were done.</summary>
[GenerateSerializer, Immutable, Alias("learngene.federation-evaluation")]
public sealed record FederationEvaluation
{
    /// <summary>Known clients' own test images after the final download, mean over clients, 0..1; null where there are none to measure.</summary>
    [Id(0)] public double? Known { get; init; }
    /// <summary>Known clients as their last training left them.</summary>
    [Id(1)] public double? KnownAsLeft { get; init; }
    /// <summary>Known clients after each number of epochs of tuning on their own images that the specification names.</summary>
    [Id(2)] public IReadOnlyList<double> KnownTuned { get; init; } = [];
    /// <summary>Late clients after initialisation and 0, 1, 5, ... epochs on their own images.</summary>
    [Id(3)] public IReadOnlyList<double> Late { get; init; } = [];
    /// <summary>The published model on the data set's test images.</summary>
    [Id(4)] public double? Global { get; init; }
    /// <summary>Bytes that initialise one late client, mean over them.</summary>
    [Id(5)] public double BytesToInitialise { get; init; }
}

/// <summary>A federation as it is now.</summary>
[GenerateSerializer, Immutable, Alias("learngene.federation-status")]
public sealed record FederationStatus
{
    /// <summary>Its key.</summary>
    [Id(0)] public required string Name { get; init; }
    /// <summary>Where it is.</summary>
    [Id(1)] public FederationState State { get; init; }
    /// <summary><c>fedavg</c>, <c>fedprox</c>, <c>scaffold</c> or <c>gene-fl</c>.</summary>
    [Id(2)] public required string Method { get; init; }
    /// <summary>Rounds that are done.</summary>
    [Id(3)] public int Round { get; init; }
    /// <summary>Rounds in all.</summary>
    [Id(4)] public int Rounds { get; init; }
    /// <summary>Clients that have joined and not left.</summary>
    [Id(5)] public long Clients { get; init; }
    /// <summary>Members of each cohort.</summary>
    [Id(6)] public IReadOnlyList<int> Cohorts { get; init; } = [];
    /// <summary>Bytes up over all rounds, signatures included.</summary>
    [Id(7)] public long BytesUp { get; init; }
    /// <summary>Bytes down over all rounds.</summary>
    [Id(8)] public long BytesDown { get; init; }
    /// <summary>Measured when the rounds are done; null before.</summary>
    [Id(9)] public FederationEvaluation? Evaluation { get; init; }
    /// <summary>Where the learngene is stored.</summary>
    [Id(10)] public FederationResult? Result { get; init; }
    /// <summary>One sentence, where it failed.</summary>
    [Id(11)] public string? Error { get; init; }
    /// <summary>The merged specification, JSON.</summary>
    [Id(12)] public required string Specification { get; init; }
    /// <summary>When it was started.</summary>
    [Id(13)] public DateTimeOffset Created { get; init; }
    /// <summary>The round in progress; null between rounds.</summary>
    [Id(14)] public RoundProgress? Open { get; init; }
    /// <summary>Grows with every change; what a watcher passes to see only what is newer.</summary>
    [Id(15)] public long Revision { get; init; }
    /// <summary>Epoch in which the last round was closed.</summary>
    [Id(16)] public long ModelEpoch { get; init; }

    /// <summary>Whether nothing more will happen unless someone asks.</summary>
    public bool Ended => State is FederationState.Completed or FederationState.Stopped or FederationState.Failed;
}

/// <summary>A round in progress.</summary>
/// <param name="Round">From 1 on.</param><param name="Wanted">Contributions that end it.</param><param name="Accepted">Contributions that count so far.</param>
/// <param name="Working">Clients that have its work now.</param><param name="Waiting">Clients that wait for work.</param>
[GenerateSerializer, Immutable, Alias("learngene.round-progress")]
public sealed record RoundProgress([property: Id(0)] int Round, [property: Id(1)] int Wanted, [property: Id(2)] int Accepted, [property: Id(3)] int Working, [property: Id(4)] int Waiting);

/// <summary>Where a federation's learngene is stored.</summary>
/// <param name="Name">Name in the repository.</param><param name="Version">Version under it.</param><param name="Weights">The file.</param>
[GenerateSerializer, Immutable, Alias("learngene.federation-result")]
public sealed record FederationResult([property: Id(0)] string Name, [property: Id(1)] int Version, [property: Id(2)] WeightRef Weights);
