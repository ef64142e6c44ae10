using Learngene.Learngenes;

namespace Learngene.Grains.Learngenes;

/// <summary>A family's durable state. Versions are only ever appended; tags and retirement lie beside them.</summary>
[GenerateSerializer, Immutable, Alias("learngene.repository-record")]
internal sealed record RepositoryRecord
{
    [Id(0)] public IReadOnlyList<LearngeneVersion> Versions { get; init; } = [];
    [Id(1)] public IReadOnlyDictionary<string, int> Tags { get; init; } = new Dictionary<string, int>();
    [Id(2)] public string? HeldBy { get; init; }
}
