using System.Text.Json.Nodes;
using Learngene.Scheduling;
using Learngene.Sdk;

namespace Learngene.Cli.Output;

/// <summary>A cluster as <c>status</c> shows it: the silo that answers, then all silos, their devices and who waits for them.</summary>
internal sealed record ClusterView(SiloStatus Here, IReadOnlyList<SiloFacts> Silos, IReadOnlyList<PoolStatus> Pools)
{
    public static async Task<ClusterView> ReadAsync(LearngeneClient client, CancellationToken token)
    {
        var here = await client.StatusAsync(token);
        var silos = await client.SilosAsync(token);
        var pools = await Task.WhenAll(silos.Select(s => s.Pool).Distinct().Order(StringComparer.Ordinal).Select(pool => client.PoolAsync(pool, token)));
        return new(here, silos, pools);
    }

    /// <summary>The silo that answers comes first; it alone says what machine it is and what its lanes do.</summary>
    public JsonObject Document() => new()
    {
        ["silos"] = new JsonArray([Answering(), .. Silos.Where(s => s.Address != Here.Address).Select(Other)]),
        ["runningJobs"] = Math.Max(Here.Running.Count, Pools.Sum(p => p.Devices.Count(d => d.Job is not null))),
        ["storedWeights"] = new JsonObject { ["files"] = Here.StoredWeights, ["bytes"] = Here.StoredBytes },
        ["pools"] = Documents.List(Pools, p => new JsonObject
        {
            ["name"] = p.Name,
            ["devices"] = Documents.List(p.Devices, d => new JsonObject
            {
                ["silo"] = d.Silo, ["name"] = d.Name, ["kind"] = Documents.Word(d.Kind), ["memory"] = d.Memory, ["threads"] = d.Threads, ["job"] = d.Job,
            }),
            ["waiting"] = Documents.List(p.Waiting, w => new JsonObject { ["job"] = w.Job, ["user"] = w.User, ["priority"] = Documents.Word(w.Priority), ["waiting"] = w.Waiting }),
        }),
    };

    public void Show(Call call)
    {
        Tables.Facts(call,
            ("silo", Here.Address),
            ("version", Here.Version),
            ("http", Here.Http),
            ("machine", Here.Machine),
            ("devices", string.Join(", ", Here.Devices)),
            ("running", Here.Running.Count == 0 ? "nothing" : string.Join(", ", Here.Running)),
            ("queued", Tables.Count(Here.Queued + Pools.Sum(p => p.Waiting.Count))),
            ("weights", $"{Tables.Count(Here.StoredWeights)} files, {Tables.Bytes(Here.StoredBytes)}"));
        if (Silos.Count > 1)
        {
            call.Terminal.Output.WriteLine();
            Tables.Write(call, ["silo", "pool", "device", "#memory", "version", "job"], Pools.SelectMany(p => p.Devices.Select(d => (string[])
                [d.Silo, p.Name, d.Name, Tables.Bytes(d.Memory), Silos.FirstOrDefault(s => s.Address == d.Silo)?.Version ?? "", d.Job ?? ""])));
        }
        var waiting = Pools.SelectMany(p => p.Waiting).ToList();
        if (waiting.Count == 0) return;
        call.Terminal.Output.WriteLine();
        Tables.Write(call, ["waiting", "user", "priority", "why"], waiting.Select(w => (string[])[w.Job, w.User, Documents.Word(w.Priority), w.Waiting]));
    }

    private JsonObject Answering() => new()
    {
        ["address"] = Here.Address, ["version"] = Here.Version, ["http"] = Here.Http, ["machine"] = Here.Machine, ["devices"] = Texts(Here.Devices),
        ["running"] = Texts(Here.Running), ["queued"] = Here.Queued, ["pool"] = Silos.FirstOrDefault(s => s.Address == Here.Address)?.Pool,
    };

    private JsonObject Other(SiloFacts silo) => new()
    {
        ["address"] = silo.Address, ["version"] = silo.Version, ["http"] = silo.Http, ["machine"] = null, ["devices"] = Texts(silo.Devices),
        ["running"] = Texts([.. Pools.SelectMany(p => p.Devices).Where(d => d.Silo == silo.Address && d.Job is not null).Select(d => d.Job!)]), ["queued"] = 0, ["pool"] = silo.Pool,
    };

    private static JsonArray Texts(IReadOnlyList<string> texts) => Documents.List(texts, t => JsonValue.Create(t));
}
