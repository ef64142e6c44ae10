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
    private HashSet<string> Known => state.State?.Names ?? [];

    public Task Add(string name) => Known.Contains(name) ? Task.CompletedTask : StoreAsync([.. Known, name]);

    public Task Remove(string name) => Known.Contains(name) ? StoreAsync([.. Known.Where(n => n != name)]) : Task.CompletedTask;

    public Task<IReadOnlyList<string>> List() => Task.FromResult<IReadOnlyList<string>>([.. Known]);

    private async Task StoreAsync(HashSet<string> names)
    {
        var before = state.State;
        state.State = new() { Names = names };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            state.State = before;
            throw;
        }
    }
}
