using System.Diagnostics;
using System.Text.Json.Nodes;
using Learngene.Sdk;
using JobOptions = Learngene.Sdk.Jobs.TrainingOptions;

namespace Learngene.Benchmarks;

/// <summary>
/// Jobs an hour of one silo with one core against two with one each, and what a cluster costs a single job: the same training on a silo of a cluster and
/// on an embedded one. Silos are held to their cores; storage and this process take what they need beside them.
/// </summary>
internal static class ThroughputBenchmark
{
    private const int Jobs = 6, Times = 5;

    public static async Task RunAsync()
    {
        var (one, two) = (await ManyAsync(1), await ManyAsync(2));
        Console.WriteLine(FormattableString.Invariant($"{Jobs} jobs: {one:F1} s on one silo, {two:F1} s on two"));
        Report.Line("cluster.throughput", one / two, "x the jobs an hour", ">= 1.8");

        List<double> embedded = [], clustered = [];
        await using var alone = new SiloProcess(null, "--threads", "1");
        await using var client = await alone.ConnectAsync();
        await alone.PinAsync(0);
        await client.Data.AddAsync("bench/images", Workload.DataPath);
        await using var cluster = await BenchCluster.StartAsync(1);
        await JobsAsync(client, "warm", 1);
        await JobsAsync(cluster.Client, "warm", 1);
        for (int i = 0; i < Times; i++)
        {
            embedded.Add(await JobsAsync(client, $"alone-{i}", 1));
            clustered.Add(await JobsAsync(cluster.Client, $"cluster-{i}", 1));
        }
        Console.WriteLine($"one job: embedded {Report.Spread(embedded, "F2")} s, of a cluster {Report.Spread(clustered, "F2")} s");
        Report.Line("cluster.overhead", 100 * (Report.Median(Report.Ratios(clustered, embedded)) - 1), "% more than embedded", "< 3", "F1");
    }

    private static async Task<double> ManyAsync(int silos)
    {
        await using var cluster = await BenchCluster.StartAsync(silos);
        await JobsAsync(cluster.Client, "warm", silos);
        return await JobsAsync(cluster.Client, "job", Jobs);
    }

    // Seconds from the first request to the last result.
    private static async Task<double> JobsAsync(LearngeneClient client, string name, int count)
    {
        long began = Stopwatch.GetTimestamp();
        var options = new JobOptions { Epochs = 2, Batch = 128, Config = new JsonObject { ["images"] = 6000, ["testImages"] = 500 } };
        var jobs = await Task.WhenAll(Enumerable.Range(0, count).Select(i => client.Jobs.TrainAsync($"{name}/{i}", "bench/images", 64, 6, 7, options: options)));
        await Task.WhenAll(jobs.Select(j => client.Jobs.WaitAsync(j.Id)));
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
