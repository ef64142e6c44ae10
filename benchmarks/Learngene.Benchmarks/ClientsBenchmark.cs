using System.Diagnostics;
using System.Text.Json.Nodes;
using Learngene.Sdk.Clients;

namespace Learngene.Benchmarks;

/// <summary>How fast clients register and check in on one silo, by HTTP and each on the disk before it is answered, and what memory one takes.</summary>
internal static class ClientsBenchmark
{
    private const int AtOnce = 64;

    public static async Task RunAsync()
    {
        string images = Workload.DataPath;
        await using var silo = new SiloProcess();
        await using var client = await silo.ConnectAsync();
        await client.Data.AddAsync("bench/images", images);
        await client.Federations.StartAsync(new JsonObject
        {
            ["name"] = "bench/fed", ["data"] = "bench/images", ["method"] = "fedavg", ["rounds"] = 1, ["clientsPerRound"] = 1, ["deadline"] = 600_000, ["lease"] = 600_000,
            ["partition"] = new JsonObject { ["kind"] = "external" }, ["model"] = new JsonObject { ["width"] = 16, ["depth"] = 2, ["heads"] = 1, ["patch"] = 7 },
        }.ToJsonString());
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce };
        int registered = 0;
        long memory = silo.Memory("VmRSS");
        foreach (int upTo in (int[])[1_000, 10_000, 100_000])
        {
            int count = upTo - registered;
            long start = Stopwatch.GetTimestamp();
            await EachAsync(registered, count, async i =>
            {
                using var api = new FederationHttp(silo.Http, "bench/fed", $"client-{i}", handler: handler);
                await api.JoinAsync(new() { Samples = 100, DataHash = "same" });
                await api.CheckInNowAsync();
            });
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine(FormattableString.Invariant(
                $"{upTo:N0} clients: {count:N0} registered and checked in within {seconds:F1} s, {count / seconds:F0} a second; {(silo.Memory("VmRSS") - memory) / (double)upTo:F0} bytes of memory a client"));
            registered = upTo;
            if (upTo == 100_000) Report.Line("clients.100k", seconds, "s", "< 60", "F1");
        }
        Console.WriteLine($"the silo counts {(await client.Federations.GetAsync("bench/fed")).Clients:N0}");
    }

    private static async Task EachAsync(int first, int count, Func<int, Task> action)
    {
        int next = first, end = first + count;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < end;) await action(i);
        }));
    }
}
