using System.Diagnostics;
using System.Text.Json.Nodes;
using Learngene.Sdk.Clients;

namespace Learngene.Benchmarks;

/// <summary>
/// Many more clients than a round needs: all are registered, and all ask for work again and again while the rounds go on; who gets some
/// downloads and contributes. By HTTP, every contribution on the disk before it is answered.
/// </summary>
internal static class AliveBenchmark
{
    private const int Clients = 10_000, Rounds = 100, PerRound = 100, AtOnce = 200;

    public static async Task RunAsync()
    {
        string images = Directory.CreateTempSubdirectory("learngene-bench-images-").FullName;
        BenchFederation.WriteImages(images, 8);
        await using var silo = new SiloProcess();
        await using var client = await silo.ConnectAsync();
        await client.Data.AddAsync("bench/images", images);
        await client.Federations.StartAsync(new JsonObject
        {
            ["name"] = "bench/fed", ["data"] = "bench/images", ["method"] = "fedavg", ["rounds"] = Rounds, ["clientsPerRound"] = PerRound, ["quorum"] = PerRound, ["deadline"] = 600,
            ["partition"] = new JsonObject { ["kind"] = "external" }, ["model"] = new JsonObject { ["width"] = 2, ["depth"] = 1, ["heads"] = 1, ["patch"] = 8 },
        }.ToJsonString());
        var uploads = new Uploads(await BenchFederation.TaskAsync(silo.Http, "bench/fed"));
        using var handler = FederationHttp.NewHandler();
        int registered = 0, asked = 0;
        long next = 0, start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref registered) - 1) < Clients;)
            {
                using var api = new FederationHttp(silo.Http, "bench/fed", $"client-{i}", handler: handler);
                await api.JoinAsync(new() { Samples = 1 });
            }
        }));
        Console.WriteLine(FormattableString.Invariant($"{Clients:N0} clients registered in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s"));
        silo.ForgetPeak();
        start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (bool over = false; !over;)
            {
                // The next of them in a ring, so that each asks as often as the others.
                using var api = new FederationHttp(silo.Http, "bench/fed", $"client-{Interlocked.Increment(ref next) % Clients}", handler: handler);
                var answer = await api.CheckInNowAsync();
                Interlocked.Increment(ref asked);
                if (answer.Work is { } work) await api.ContributeAsync(work.Upload, uploads.Of(work));
                else over = answer.State is Learngene.Federation.FederationState.Completed or Learngene.Federation.FederationState.Evaluating or Learngene.Federation.FederationState.Failed;
            }
        }));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var history = await client.Federations.HistoryAsync("bench/fed");
        Console.WriteLine(FormattableString.Invariant(
            $"{history.Count} rounds of {PerRound} among {Clients:N0} clients in {seconds:F1} s; {asked / seconds:F0} check-ins a second, {history.SelectMany(r => r.Clients).Distinct().Count():N0} took part, {history.Sum(r => r.Dropped.Count)} dropped, peak {silo.Memory("VmHWM") / 1e6:F0} MB"));
        Report.Line("alive.round", seconds / history.Count, "s", "-", "F3");
        Directory.Delete(images, recursive: true);
    }
}
