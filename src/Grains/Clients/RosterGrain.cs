using Learngene.Clients;

namespace Learngene.Grains.Clients;

/// <summary>A shard's clients.</summary>
[GenerateSerializer, Alias("learngene.roster-record")]
internal sealed record RosterRecord
{
    [Id(0)] public Dictionary<string, Membership> Clients { get; init; } = [];
    /// <summary>Whether it has had as many as it takes, so that others are in its parts.</summary>
    [Id(1)] public bool Full { get; init; }
}

/// <summary>
/// A shard of the names of a federation's clients. Writing it down for one more stays cheap because it takes so many and no more; who comes then is
/// in one of its parts, which are shards like itself.
/// </summary>
internal sealed class RosterGrain([PersistentState("roster")] IPersistentState<RosterRecord> state) : Grain, IRosterGrain
{
    internal const int Most = 256;
    private readonly Durable<RosterRecord> _record = new(state);

    private string Key => this.GetPrimaryKeyString();
    private RosterRecord Record => _record.Value;

    public async Task Put(string client, Membership membership)
    {
        if (IsElsewhere(client)) await PartOf(client).Put(client, membership);
        else await _record.ChangeAsync(r => r.Clients.GetValueOrDefault(client) == membership ? r : With(r, new(r.Clients) { [client] = membership }));
    }

    public async Task Remove(string client)
    {
        if (IsElsewhere(client)) await PartOf(client).Remove(client);
        else await _record.ChangeAsync(r => r.Clients.ContainsKey(client) ? With(r, new(r.Clients.Where(c => c.Key != client))) : r);
    }

    public async Task<IReadOnlyDictionary<string, Membership>> List()
    {
        if (!Record.Full) return Record.Clients;
        var parts = await Task.WhenAll(Enumerable.Range(0, Rosters.Parts).Select(i => Part(i).List()));
        return parts.Prepend(Record.Clients).SelectMany(c => c).ToDictionary();
    }

    private bool IsElsewhere(string client) => Record.Full && !Record.Clients.ContainsKey(client);

    private static RosterRecord With(RosterRecord record, Dictionary<string, Membership> clients) => new() { Clients = clients, Full = record.Full || clients.Count >= Most };

    private IRosterGrain PartOf(string client) => Part(Rosters.PartOf(client, Key[Key.LastIndexOf('/')..].Count(c => c == '.')));

    private IRosterGrain Part(int number) => GrainFactory.GetGrain<IRosterGrain>($"{Key}.{number}");
}

/// <summary>How a federation's clients are spread over roster grains.</summary>
internal static class Rosters
{
    /// <summary>Parts of a shard that is full.</summary>
    internal const int Parts = 16;
    private const int Shards = 512, AtOnce = 64, BitsOfPart = 4;

    /// <summary>The shard that holds a client.</summary>
    public static IRosterGrain Roster(this IGrainFactory grains, string federation, string client) => grains.GetGrain<IRosterGrain>($"{federation}/{Hash(client) % Shards}");

    /// <summary>The part that holds it, of a shard that is so many parts deep: other bits of the hash each time, and none of those that chose the shard.</summary>
    internal static int PartOf(string client, int depth) => (int)(uint.RotateLeft(Hash(client) * 2654435761, BitsOfPart * (depth + 1)) % Parts);

    private static uint Hash(string client)
    {
        uint hash = 2166136261;
        foreach (char c in client) hash = (hash ^ c) * 16777619;
        return hash;
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
