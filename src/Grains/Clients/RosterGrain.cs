using Learngene.Clients;

namespace Learngene.Grains.Clients;

/// <summary>A shard's clients.</summary>
[GenerateSerializer, Alias("learngene.roster-record")]
internal sealed record RosterRecord
{
    [Id(0)] public Dictionary<string, Membership> Clients { get; init; } = [];
}

/// <summary>A shard of the names of a federation's clients: small, so that writing it down for one more stays cheap.</summary>
internal sealed class RosterGrain([PersistentState("roster")] IPersistentState<RosterRecord> state) : Grain, IRosterGrain
{
    private readonly Durable<RosterRecord> _record = new(state);

    public Task Put(string client, Membership membership) => _record.ChangeAsync(r =>
        r.Clients.GetValueOrDefault(client) == membership ? r : new() { Clients = new(r.Clients) { [client] = membership } });

    public Task Remove(string client) => _record.ChangeAsync(r =>
        r.Clients.ContainsKey(client) ? new() { Clients = new(r.Clients.Where(c => c.Key != client)) } : r);

    public Task<IReadOnlyDictionary<string, Membership>> List() => Task.FromResult<IReadOnlyDictionary<string, Membership>>(_record.Value.Clients);
}

/// <summary>How a federation's clients are spread over roster grains.</summary>
internal static class Rosters
{
    private const int Shards = 512, AtOnce = 64;

    /// <summary>The shard that holds a client.</summary>
    public static IRosterGrain Roster(this IGrainFactory grains, string federation, string client)
    {
        uint hash = 2166136261;
        foreach (char c in client) hash = (hash ^ c) * 16777619;
        return grains.GetGrain<IRosterGrain>($"{federation}/{hash % Shards}");
    }

    /// <summary>All clients of a federation, sorted by name.</summary>
    public static async Task<IReadOnlyList<KeyValuePair<string, Membership>>> ListRosterAsync(this IGrainFactory grains, string federation)
    {
        var all = new List<KeyValuePair<string, Membership>>();
        foreach (int[] shards in Enumerable.Range(0, Shards).Chunk(AtOnce))
            foreach (var shard in await Task.WhenAll(shards.Select(i => grains.GetGrain<IRosterGrain>($"{federation}/{i}").List())))
                all.AddRange(shard);
        return [.. all.OrderBy(c => c.Key, StringComparer.Ordinal)];
    }
}
