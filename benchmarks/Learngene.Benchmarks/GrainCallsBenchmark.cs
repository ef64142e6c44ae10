using System.Diagnostics;
using System.Text.Json.Nodes;
using Learngene.Jobs;
using Learngene.Sdk;

namespace Learngene.Benchmarks;

/// <summary>How long a call of the SDK waits for a silo in another process: idle, and while its lane trains on all cores.</summary>
internal static class GrainCallsBenchmark
{
    private const int Calls = 5000;

    public static async Task RunAsync()
    {
        await using var silo = new SiloProcess();
        await using var client = await silo.ConnectAsync();
        await client.Data.AddAsync("bench/images", Workload.DataPath);
        var job = await client.Jobs.TrainAsync("bench/model", "bench/images", 96, 8, 7, null, new() { Epochs = 1000, Config = new JsonObject { ["testImages"] = 1 } });
        await client.Jobs.WatchAsync(job.Id).FirstAsync(s => s.Step > 0);
        var busy = await CallAsync(client, job.Id);
        Console.WriteLine($"training: {Text(busy)}; the job is at step {(await client.Jobs.GetAsync(job.Id)).Step}");
        await client.Jobs.CancelAsync(job.Id);
        await client.Jobs.WatchAsync(job.Id).FirstAsync(s => s.Ended);
        Console.WriteLine($"idle:     {Text(await CallAsync(client, job.Id))}");
        Report.Line("grains.p50", Report.Median(busy), "ms", "< 5");
        Report.Line("grains.p99", Report.Quantile(busy, 0.99), "ms", "< 100");
    }

    // One at a time, a millisecond apart, so that they are spread over many training steps.
    private static async Task<List<double>> CallAsync(LearngeneClient client, string job)
    {
        var ms = new List<double>();
        for (int i = 0; i < Calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            if (i % 2 == 0) await client.StatusAsync();
            else await client.Jobs.GetAsync(job);
            ms.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(1);
        }
        return ms;
    }

    private static string Text(List<double> ms) =>
        $"p50 {Report.Median(ms):F2} ms, p99 {Report.Quantile(ms, 0.99):F2} ms, p99.9 {Report.Quantile(ms, 0.999):F2} ms, slowest {ms.Max():F1} ms";
}
