using System.Text.Json.Nodes;
using Learngene.Sdk.Clients;

namespace Learngene.Benchmarks;

/// <summary>
/// A round of a federation without training: clients check in, download, upload; everything is on the disk before it is acknowledged. The
/// silo is a process of its own, the clients are tasks of this one, on the same cores. The peers' figures are in FACTS 5.
/// </summary>
internal static class RoundsBenchmark
{
    private sealed record Case(string Name, int Clients, int Rounds, int Width, int Depth, int Side, string Method, string Down, string Up, double Seconds, string Peer);

    // Widths that make 5.7 MB, 22.8 MB and 1 KB of 32-bit floats; of 5.7 MB the same 3,000 contributions whatever the number of clients, since memory grows
    // a little with the time that a process runs.
    private static readonly Case[] s_cases =
    [
        new("100 x 1 KB", 100, 400, 2, 1, 8, "fedavg", "f32", "f32", 1.0 / 40, "11 rounds/s"),
        new("10 x 5.7 MB", 10, 300, 172, 4, 28, "fedavg", "f32", "f32", double.NaN, "0.43 s"),
        new("100 x 5.7 MB", 100, 30, 172, 4, 28, "fedavg", "f32", "f32", 1.5, "3.4 s"),
        new("1,000 x 5.7 MB", 1000, 3, 172, 4, 28, "fedavg", "f32", "f32", double.NaN, "-"),
        new("10 x 22.8 MB", 10, 30, 344, 4, 28, "fedavg", "f32", "f32", 0.9, "1.1 to 1.5 s"),
        new("100 x 5.7 MB, gene-fl", 100, 30, 172, 4, 28, "gene-fl", "int8", "int4", 3.4 / 8, "3.4 s"),
    ];

    public static async Task RunAsync()
    {
        string? only = Environment.GetEnvironmentVariable("ROUNDS_CASE"); // one of them, by a part of its name
        foreach (var c in s_cases)
            if (only is null || c.Name.Contains(only, StringComparison.Ordinal)) await RunAsync(c);
    }

    private static async Task RunAsync(Case c)
    {
        string images = Directory.CreateTempSubdirectory("learngene-bench-images-").FullName;
        BenchFederation.WriteImages(images, c.Side);
        await using var silo = new SiloProcess();
        await using var client = await silo.ConnectAsync();
        await client.Data.AddAsync("bench/images", images);
        await client.Federations.StartAsync(new JsonObject
        {
            ["name"] = "bench/fed", ["data"] = "bench/images", ["method"] = c.Method, ["rounds"] = c.Rounds, ["clientsPerRound"] = c.Clients, ["quorum"] = c.Clients, ["deadline"] = 600,
            ["partition"] = new JsonObject { ["kind"] = "external" }, ["encoding"] = new JsonObject { ["down"] = c.Down, ["up"] = c.Up },
            ["model"] = new JsonObject { ["width"] = c.Width, ["depth"] = c.Depth, ["heads"] = c.Width % 4 == 0 ? 4 : 1, ["patch"] = c.Side == 8 ? 8 : 7 },
            ["geneFl"] = new JsonObject { ["cohorts"] = 1 },
        }.ToJsonString());
        var task = await BenchFederation.TaskAsync(silo.Http, "bench/fed");
        using var handler = FederationHttp.NewHandler();
        using var http = new HttpClient(handler, disposeHandler: false);
        var uploads = new Uploads(task);
        silo.ForgetPeak();
        // A client that fails ends the benchmark: the others would wait for a quorum without it.
        var clients = Enumerable.Range(0, c.Clients).Select(i => ClientAsync(silo.Http, $"client-{i}", uploads, c.Rounds, handler, http)).ToList();
        await foreach (var ended in Task.WhenEach(clients)) await ended;
        long peak = silo.Memory("VmHWM");
        var history = await client.Federations.HistoryAsync("bench/fed");
        // The first round has nothing to download; the first half warms up: code is compiled well when it has run for a while.
        double[] seconds = [.. history.Skip(Math.Max(1, c.Rounds / 2)).Select(r => r.Seconds)];
        double median = Report.Median(seconds);
        var last = history[^1];
        Console.WriteLine(FormattableString.Invariant(
            $"{c.Name}: {median:F3} s a round ({1 / median:F1} rounds/s; {seconds.Min():F3} to {seconds.Max():F3}), peak {peak / 1e6:F0} MB, {last.BytesUp / c.Clients} bytes up and {last.BytesDown / c.Clients} down a client, {4L * task.Layout.Count} as 32-bit floats; a peer: {c.Peer}"));
        Report.Line($"rounds.{c.Name.Replace(' ', '-')}", median, "s", double.IsNaN(c.Seconds) ? "-" : FormattableString.Invariant($"< {c.Seconds:F3}"), "F3");
        Directory.Delete(images, recursive: true);
    }

    private static async Task ClientAsync(Uri server, string name, Uploads uploads, int rounds, HttpMessageHandler handler, HttpClient http)
    {
        byte[] room = new byte[256 * 1024];
        using var api = new FederationHttp(server, "bench/fed", name, handler: handler);
        await api.JoinAsync(new() { Samples = 1 });
        for (int done = 0; done < rounds;)
        {
            if ((await api.CheckInAsync()).Work is not { } work) continue;
            if (work.Inline is null && work.Download is { } url)
            {
                await using var download = await http.GetStreamAsync(url);
                while (await download.ReadAsync(room) > 0) { }
            }
            await api.ContributeAsync(work.Upload, uploads.Of(work));
            done = work.Round;
        }
    }
}
