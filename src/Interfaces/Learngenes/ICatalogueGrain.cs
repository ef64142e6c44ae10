namespace Learngene.Learngenes;

/// <summary>Names to list, a shard of them; the key is <see cref="Catalogue.Key"/>. Never on the path of work.</summary>
[Alias("learngene.catalogue")]
public interface ICatalogueGrain : IGrainWithStringKey
{
    /// <summary>Adds a name; one that is there stays.</summary>
    [Alias("Add")] Task Add(string name);

    /// <summary>Removes a name, if it is there.</summary>
    [Alias("Remove")] Task Remove(string name);

    /// <summary>The names, in no order.</summary>
    [Alias("List")] Task<IReadOnlyList<string>> List();
}

/// <summary>How names are spread over catalogue grains.</summary>
public static class Catalogue
{
    /// <summary>Grains per kind of name.</summary>
    public const int Shards = 8;
    /// <summary>Families of models.</summary>
    public const string Learngenes = "learngenes";
    /// <summary>All jobs.</summary>
    public const string Jobs = "jobs";
    /// <summary>Jobs to go on with after a restart.</summary>
    public const string Unfinished = "unfinished";
    /// <summary>Data sets.</summary>
    public const string DataSets = "data";
    /// <summary>All federations.</summary>
    public const string Federations = "federations";
    /// <summary>Federations to go on with after a restart.</summary>
    public const string Federating = "federating";
    /// <summary>Tokens, by id.</summary>
    public const string Tokens = "tokens";

    /// <summary>The key of the shard that holds a name.</summary>
    public static string Key(string kind, string name)
    {
        uint hash = 2166136261;
        foreach (char c in name) hash = (hash ^ c) * 16777619;
        return $"{kind}/{hash % Shards}";
    }

    /// <summary>The shard that holds a name.</summary>
    public static ICatalogueGrain Shard(this IGrainFactory grains, string kind, string name) => grains.GetGrain<ICatalogueGrain>(Key(kind, name));

    /// <summary>All names of a kind, sorted.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(this IGrainFactory grains, string kind)
    {
        var shards = await Task.WhenAll(Enumerable.Range(0, Shards).Select(i => grains.GetGrain<ICatalogueGrain>($"{kind}/{i}").List()));
        return [.. shards.SelectMany(names => names).Order(StringComparer.Ordinal)];
    }
}
