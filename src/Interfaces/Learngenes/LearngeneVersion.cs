namespace Learngene.Learngenes;

/// <summary>A parent of a version.</summary>
/// <param name="Role"><c>ancestry</c>, <c>teacher</c>, <c>learngene</c>, <c>model</c>, <c>file</c>, or <c>phase</c> for the phase before.</param>
/// <param name="Name">NAME@VERSION, or null where it was a file.</param>
/// <param name="Sha256">Its file.</param>
[GenerateSerializer, Immutable, Alias("learngene.parent")]
public sealed record Parent([property: Id(0)] string Role, [property: Id(1)] string? Name, [property: Id(2)] string Sha256);

/// <summary>One version of a model or learngene: an entry of the append-only manifest.</summary>
[GenerateSerializer, Immutable, Alias("learngene.version")]
public sealed record LearngeneVersion
{
    /// <summary>Name of the family, such as <c>fashion/lets</c>.</summary>
    [Id(0)] public required string Name { get; init; }
    /// <summary>From 1 on.</summary>
    [Id(1)] public int Version { get; init; }
    /// <summary><c>vit</c>, <c>lets</c> or <c>decomposition</c>.</summary>
    [Id(2)] public required string Kind { get; init; }
    /// <summary>The file.</summary>
    [Id(3)] public required WeightRef Weights { get; init; }
    /// <summary>Its <c>learngene.config</c>, JSON.</summary>
    [Id(4)] public required string Config { get; init; }
    /// <summary>Its <c>learngene.preprocess</c>, JSON, or null.</summary>
    [Id(5)] public string? Preprocess { get; init; }
    /// <summary>Trainable numbers: of the ViT, or of learngene and matrices.</summary>
    [Id(6)] public long Parameters { get; init; }
    /// <summary>What it was made from.</summary>
    [Id(7)] public IReadOnlyList<Parent> Parents { get; init; } = [];
    /// <summary>The job that made it.</summary>
    [Id(8)] public required string Job { get; init; }
    /// <summary>Name of the data set, or null.</summary>
    [Id(9)] public string? Data { get; init; }
    /// <summary>Content hash of the data set, or null.</summary>
    [Id(10)] public string? DataHash { get; init; }
    /// <summary>The merged settings of the job, JSON.</summary>
    [Id(11)] public string Settings { get; init; } = "{}";
    /// <summary>What was measured: accuracy (0..1), loss, ...</summary>
    [Id(12)] public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
    /// <summary>When it was published.</summary>
    [Id(13)] public DateTimeOffset Created { get; init; }
    /// <summary>Whether it is no longer given out unless asked for by number.</summary>
    [Id(14)] public bool Retired { get; init; }
    /// <summary>Tags that name it.</summary>
    [Id(15)] public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Which phase of its job made it, from 1 on; 0 where the job has one result.</summary>
    [Id(16)] public int Phase { get; init; }

    /// <summary>NAME@VERSION.</summary>
    public string Reference => $"{Name}@{Version}";
}
