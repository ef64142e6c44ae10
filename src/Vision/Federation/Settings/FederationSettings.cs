using System.Text.Json;
using System.Text.Json.Serialization;
using Learngene.Vision.Data;
using Learngene.Vision.Models;

namespace Learngene.Vision.Federation;

/// <summary>Who does what in a round.</summary>
public enum FederatedMethod
{
    /// <summary>The mean of what the clients trained (McMahan et al. 2017).</summary>
    [JsonStringEnumMemberName("fedavg")] FedAvg,
    /// <summary>FedAvg whose clients are held near the model they were given (Li et al. 2020).</summary>
    [JsonStringEnumMemberName("fedprox")] FedProx,
    /// <summary>FedAvg with control variates against the drift of the clients (Karimireddy et al. 2020).</summary>
    [JsonStringEnumMemberName("scaffold")] Scaffold,
    /// <summary>Only the learngene is exchanged (METHODS 3).</summary>
    [JsonStringEnumMemberName("gene-fl")] GeneFl,
}

/// <summary>How a client takes its steps.</summary>
public enum LocalOptimiser
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,
    /// <summary>Adam (0.9, 0.999), no weight decay.</summary>
    Adam,
}

/// <summary>
/// The specification of a federation (INTERFACE 4): a difference to these defaults. Everything but <see cref="Name"/>, <see cref="Data"/> and
/// <see cref="Model"/> has one. Keys are camelCase in JSON.
/// </summary>
public sealed partial record FederationSettings
{
    /// <summary>Name of the learngene that it makes, such as <c>fashion/fed</c>.</summary>
    public required string Name { get; init; }
    /// <summary>Name of the data set.</summary>
    public required string Data { get; init; }
    /// <summary>Architecture of the model.</summary>
    public required FederatedModelSettings Model { get; init; }
    /// <summary>Who has which images.</summary>
    public PartitionSettings Partition { get; init; } = new();
    /// <summary>Method. Default gene-fl.</summary>
    public FederatedMethod Method { get; init; } = FederatedMethod.GeneFl;
    /// <summary>Options of fedprox.</summary>
    public FedProxSettings FedProx { get; init; } = new();
    /// <summary>Options of scaffold.</summary>
    public ScaffoldSettings Scaffold { get; init; } = new();
    /// <summary>Options of gene-fl.</summary>
    public GeneFlSettings GeneFl { get; init; } = new();
    /// <summary>How values travel.</summary>
    public EncodingSettings Encoding { get; init; } = new();
    /// <summary>What is made of the contributions, and which are refused.</summary>
    public AggregationSettings Aggregation { get; init; } = new();
    /// <summary>Rounds, 1..1,000,000. Default 60.</summary>
    public int Rounds { get; init; } = 60;
    /// <summary>Clients asked in a round, 1..1,000,000. Default 8.</summary>
    public int ClientsPerRound { get; init; } = 8;
    /// <summary>Contributions that a round needs at its deadline, 1..clientsPerRound. Default: three quarters of the clients asked, rounded up.</summary>
    public int? Quorum { get; init; }
    /// <summary>Seconds after which a round closes with its quorum, 0.05..604,800. Default 120.</summary>
    public double Deadline { get; init; } = 120;
    /// <summary>Share of clients asked beyond clientsPerRound, so that stragglers are not waited for, 0..10. Default 0.</summary>
    public double OverSelection { get; init; }
    /// <summary>Seconds that a client may work before its place is given up, 0.05..604,800. Default: the deadline.</summary>
    public double? Lease { get; init; }
    /// <summary>Passes of a client over its images in a round, 1..1,000. Default 2 (docs/results/federated-accuracy.md).</summary>
    public int LocalEpochs { get; init; } = 2;
    /// <summary>Images in a step, 1..65,536. Default 20.</summary>
    public int Batch { get; init; } = 20;
    /// <summary>Learning rate, 0..100. Default 0.1 for sgd, 0.002 for adam.</summary>
    public double? Lr { get; init; }
    /// <summary>Where the learning rate ends, as a share of it: it falls along half a cosine over the rounds, 0..1. Default 0.3; 1 lets it stay.</summary>
    public double LrEnd { get; init; } = 0.3;
    /// <summary>Momentum of sgd, 0..0.999. Default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;
    /// <summary>Largest norm of a step's gradient; 0 does not clip. Default 1.</summary>
    public double Clip { get; init; } = 1;
    /// <summary>sgd (default) or adam.</summary>
    public LocalOptimiser Optimiser { get; init; } = LocalOptimiser.Sgd;
    /// <summary>Everything random comes from it. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>Publish the model every so many rounds; 0 (default) publishes the result alone.</summary>
    public int PublishEvery { get; init; }
    /// <summary>What is measured when the rounds are over.</summary>
    public EvaluationSettings Evaluation { get; init; } = new();
    /// <summary>Clients that come and go on a seed; null (default) where all are always there.</summary>
    public ScenarioSettings? Scenario { get; init; }

    /// <summary>Contributions that a round asks for, over-selection included.</summary>
    [JsonIgnore] public int Asked => (int)Math.Min(int.MaxValue, Math.Ceiling(ClientsPerRound * (1 + OverSelection)));

    /// <summary>Reads a specification; what it does not say has its default.</summary>
    /// <exception cref="InvalidInputException">Not JSON, an unknown key, a value of the wrong type or out of range; names it and what is allowed.</exception>
    public static FederationSettings Parse(string json)
    {
        const string What = "the specification";
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 16 });
            if (document.RootElement.ValueKind == JsonValueKind.Object) SettingsJson.Check(document.RootElement, typeof(FederationSettings), What);
        }
        catch (JsonException)
        {
            // Said better below.
        }
        var settings = Json.Parse<FederationSettings>(json, What);
        settings.Validate();
        return settings;
    }

    /// <summary>These settings with everything filled in that was left to the defaults.</summary>
    public FederationSettings Resolved()
    {
        bool sharedTrunk = Method == FederatedMethod.GeneFl && GeneFl.Profile == GeneFlProfile.SharedTrunk;
        var encoding = Encoding with
        {
            Down = Encoding.Down ?? (sharedTrunk ? PayloadEncoding.Int8 : PayloadEncoding.F32),
            Up = Encoding.Up ?? (sharedTrunk ? PayloadEncoding.Int4 : PayloadEncoding.F32),
        };
        double lr = Lr ?? (Optimiser == LocalOptimiser.Sgd ? 0.1 : 0.002);
        return this with
        {
            Encoding = encoding,
            GeneFl = GeneFl.Resolved(quantised: encoding.Down >= PayloadEncoding.Int8 && encoding.Up >= PayloadEncoding.Int8),
            Model = Model with { Heads = Model.Heads ?? VitShape.DefaultHeads(Model.Width) },
            Scaffold = Scaffold with { Momentum = Scaffold.Momentum ?? Momentum },
            Aggregation = Aggregation with { MaxSamples = (int)Math.Min(Aggregation.MaxSamples, RoundAccumulator.MaxWeight / Asked) },
            Quorum = Quorum ?? (3 * ClientsPerRound + 3) / 4,
            Lease = Lease ?? Deadline,
            Lr = lr,
            Evaluation = Evaluation with { FineTuneLr = Evaluation.FineTuneLr ?? lr * (Optimiser == LocalOptimiser.Sgd ? 0.2 : 0.5) },
        };
    }

    /// <summary>The learning rate of a round.</summary>
    public double LrOf(int round) =>
        (Lr ?? Resolved().Lr!.Value) * (LrEnd + (1 - LrEnd) * (1 + Math.Cos(Math.PI * Math.Min(1, (round - 1.0) / Math.Max(1, Rounds - 1)))) / 2);

    /// <summary>The architecture for images of a data set.</summary>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    public VitShape Shape(ImageGeometry geometry, int classes)
    {
        Validate();
        if (geometry.Height != geometry.Width)
            throw new InvalidInputException($"images of {geometry} are not square; a ViT needs square ones.");
        Allowed.Within("model.patch", Model.Patch, 1, geometry.Width);
        if (Partition.Kind == PartitionKind.Labels) Allowed.Within("partition.labelsPerClient", Partition.LabelsPerClient, 1, classes);
        return new VitShape
        {
            ImageSize = geometry.Width, PatchSize = Model.Patch, Channels = geometry.Channels, Classes = classes,
            Width = Model.Width, Depth = Model.Depth, Heads = Model.Heads ?? VitShape.DefaultHeads(Model.Width),
        }.Validated();
    }

    /// <summary>The settings as JSON without white space, every default written out.</summary>
    public string ToJson() => JsonSerializer.Serialize(Resolved(), Json.Strict);
}
