using System.Diagnostics;
using System.Text.Json.Nodes;
using Learngene.Sdk;
using JobOptions = Learngene.Sdk.Jobs.TrainingOptions;

namespace Learngene.Benchmarks;

/// <summary>
/// Jobs an hour of one silo with one core against two with one each, beside two that know nothing of each other, which is what the machine allows; and what a
/// cluster costs a single job: the same training on a silo of a cluster and on an embedded one. Silos are held to their cores; storage and this process take
/// what they need beside them.
/// </summary>
internal static class ThroughputBenchmark
{
    private const int Jobs = 6, Times = 5;

    public static async Task RunAsync()
    {
        await ThroughputAsync();
        await OverheadAsync();
    }

    private static async Task ThroughputAsync()
    {
        List<double> one = [], two = [], strangers = [];
        for (int i = 0; i < Times; i++)
        {
            one.Add(await ManyAsync(1));
            two.Add(await ManyAsync(2));
            strangers.Add(await StrangersAsync(2));
        }
        Console.WriteLine($"{Jobs} jobs: {Report.Spread(one)} s on one silo, {Report.Spread(two)} s on two, {Report.Spread(strangers)} s on two that share nothing");
        Report.Line("cluster.throughput", Report.Median(Report.Ratios(one, two)), "x the jobs an hour", ">= 1.8");
        Report.Line("cluster.machine", Report.Median(Report.Ratios(one, strangers)), "x the jobs an hour, of silos that share nothing", "<= 2");
    }

    private static async Task OverheadAsync()
    {
        List<double> embedded = [], clustered = [];
        await using var alone = new SiloProcess(null, 0, "--threads", "1");
        await using var client = await alone.ConnectAsync();
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
        var (before, own) = (await cluster.CpuAsync(), Environment.CpuUsage.TotalTime);
        double seconds = await JobsAsync(cluster.Client, "job", Jobs);
        var after = await cluster.CpuAsync();
        Console.WriteLine(FormattableString.Invariant($"{silos} silos: {seconds:F1} s; processor time {after.Silos - before.Silos:F1} s of the silos, {after.Storage - before.Storage:F2} s of the storage, {(Environment.CpuUsage.TotalTime - own).TotalSeconds:F2} s of the client"));
        return seconds;
    }

    // As many jobs, dealt out beforehand to embedded silos.
    private static async Task<double> StrangersAsync(int silos)
    {
        var (processes, clients) = (new List<SiloProcess>(), new List<LearngeneClient>());
        try
        {
            for (int i = 0; i < silos; i++) processes.Add(new(null, i, "--threads", "1"));
            foreach (var process in processes) clients.Add(await process.ConnectAsync());
            foreach (var client in clients) await client.Data.AddAsync("bench/images", Workload.DataPath);
            await Task.WhenAll(clients.Select(c => JobsAsync(c, "warm", 1)));
            return (await Task.WhenAll(clients.Select(c => JobsAsync(c, "job", Jobs / silos)))).Max();
        }
        finally
        {
            foreach (var client in clients) await client.DisposeAsync();
            foreach (var process in processes) await process.DisposeAsync();
        }
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
