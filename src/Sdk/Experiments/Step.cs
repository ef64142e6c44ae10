using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Learngene.Jobs;

namespace Learngene.Sdk.Experiments;

/// <summary>
/// One job of an experiment. Its id is the hash of everything that determines its result: what it starts from, the content of its data,
/// its settings. Equal steps of any cell, run or experiment are therefore one job, and a job that is there is not repeated.
/// </summary>
public sealed class Step
{
    private const int IdLength = 20;

    /// <summary>A step.</summary>
    /// <param name="kind">What it does.</param>
    /// <param name="source">The step whose result it starts from.</param>
    /// <param name="model">A stored model that it starts from instead, NAME@V.</param>
    /// <param name="data">Its data set.</param>
    /// <param name="dataHash">Hash of the data's content.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="named">Whether the result gets a name, so that others can start from it.</param>
    internal Step(JobKind kind, Step? source, string? model, string? data, string dataHash, JsonObject settings, bool named)
    {
        (Kind, Source, Model, Data, Settings, Named) = (kind, source, model, data, settings, named);
        var identity = new JsonObject
        {
            ["kind"] = kind.ToString(), ["source"] = source?.Id ?? model, ["data"] = data is null ? null : dataHash, ["settings"] = settings.DeepClone(), ["named"] = named,
        };
        Id = $"{Word(kind)}-{Hash(identity)[..IdLength]}";
    }

    /// <summary>What it does.</summary>
    public JobKind Kind { get; }
    /// <summary>The step whose result it starts from, or null.</summary>
    public Step? Source { get; }
    /// <summary>A stored model that it starts from, or null.</summary>
    public string? Model { get; }
    /// <summary>Its data set, or null.</summary>
    public string? Data { get; }
    /// <summary>Its settings.</summary>
    public JsonObject Settings { get; }
    /// <summary>Whether its result gets a name.</summary>
    public bool Named { get; }
    /// <summary>The job's id.</summary>
    public string Id { get; }
    /// <summary>The name of its result in the repository.</summary>
    public string Name => $"compare/{Id}";

    /// <summary>The steps that lead here, itself last.</summary>
    public IEnumerable<Step> Chain() => Source is null ? [this] : [.. Source.Chain(), this];

    /// <summary>SHA-256 of a JSON value whatever the order of its members.</summary>
    public static string Hash(JsonNode? node) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(node)?.ToJsonString() ?? "null")));

    private static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Canonical(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Canonical)]),
        _ => node?.DeepClone(),
    };

    private static string Word(JobKind kind) => kind switch
    {
        JobKind.LearnLets => "lets",
        JobKind.Descend => "descend",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
