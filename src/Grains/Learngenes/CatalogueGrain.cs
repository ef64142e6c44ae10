using Learngene.Learngenes;

namespace Learngene.Grains.Learngenes;

/// <summary>A shard's names.</summary>
[GenerateSerializer, Alias("learngene.catalogue-record")]
internal sealed record CatalogueRecord
{
    [Id(0)] public HashSet<string> Names { get; init; } = [];
}

/// <summary>A shard of names to list.</summary>
internal sealed class CatalogueGrain([PersistentState("catalogue")] IPersistentState<CatalogueRecord> state) : Grain, ICatalogueGrain
{
    private readonly Durable<CatalogueRecord> _record = new(state);

    public Task Add(string name) => _record.ChangeAsync(r => r.Names.Contains(name) ? r : new() { Names = [.. r.Names, name] });

    public Task Remove(string name) => _record.ChangeAsync(r => r.Names.Contains(name) ? new() { Names = [.. r.Names.Where(n => n != name)] } : r);

    public Task<IReadOnlyList<string>> List() => Task.FromResult<IReadOnlyList<string>>([.. _record.Value.Names]);
}
