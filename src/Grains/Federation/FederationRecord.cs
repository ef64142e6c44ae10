using Learngene.Data;
using Learngene.Federation;

namespace Learngene.Grains.Federation;

/// <summary>A federation's durable state. The model after <see cref="Round"/> lies in its directory, the round in progress in its ledger.</summary>
[GenerateSerializer, Immutable, Alias("learngene.federation-record")]
internal sealed record FederationRecord
{
    /// <summary>With every default filled in.</summary>
    [Id(0)] public string? Specification { get; init; }
    /// <summary>As it was when the federation was started.</summary>
    [Id(1)] public DataSetInfo? Data { get; init; }
    [Id(2)] public FederationState State { get; init; }
    /// <summary>Rounds that are done.</summary>
    [Id(3)] public int Round { get; init; }
    /// <summary>Cohorts there are; 0 before they are formed.</summary>
    [Id(4)] public int Cohorts { get; init; }
    /// <summary>The cohort of each hosted client, the late ones last.</summary>
    [Id(5)] public IReadOnlyList<int> Hosted { get; init; } = [];
    /// <summary>The cohorts of the clients that were there when the cohorts were formed.</summary>
    [Id(6)] public IReadOnlyDictionary<string, int> Founders { get; init; } = new Dictionary<string, int>();
    [Id(7)] public long BytesUp { get; init; }
    [Id(8)] public long BytesDown { get; init; }
    [Id(9)] public FederationEvaluation? Evaluation { get; init; }
    [Id(10)] public FederationResult? Result { get; init; }
    [Id(11)] public string? Error { get; init; }
    [Id(12)] public DateTimeOffset Created { get; init; }
    /// <summary>Whether it is to end after the round in progress.</summary>
    [Id(13)] public bool Stopping { get; init; }
    /// <summary>Normalisation of pixels, JSON.</summary>
    [Id(14)] public string Preprocess { get; init; } = "";
    /// <summary>What the data set's labels are called.</summary>
    [Id(15)] public IReadOnlyList<string> ClassNames { get; init; } = [];
    /// <summary>Grows with each silo that takes the federation over; who has another one has lost it. 0 where there is one silo only.</summary>
    [Id(16)] public long Epoch { get; init; }
    /// <summary>Epoch in which <see cref="Round"/> was closed: it names the model's file.</summary>
    [Id(17)] public long ModelEpoch { get; init; }

    /// <summary>The model as it is.</summary>
    public ModelKey Model => new(Round, ModelEpoch);
}
