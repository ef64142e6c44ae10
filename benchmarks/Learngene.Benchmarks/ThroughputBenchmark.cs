using System.Diagnostics;
using System.Text.Json.Nodes;
using Learngene.Sdk;
using Learngene.Sdk.Connecting;
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
        await using var cluster = await Cluster.StartAsync(1);
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
        await using var cluster = await Cluster.StartAsync(silos);
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

    /// <summary>Silos of one core each on a storage.</summary>
    private sealed class Cluster : IAsyncDisposable
    {
        private readonly string _shared = Directory.CreateTempSubdirectory("learngene-bench-shared-").FullName, _name = $"bench{Guid.NewGuid():N}";
        private readonly ScaleStorage _storage = new();
        private readonly List<SiloProcess> _silos = [];

        public LearngeneClient Client { get; private set; } = null!;

        public static async Task<Cluster> StartAsync(int silos)
        {
            var cluster = new Cluster();
            var environment = new Dictionary<string, string> { ["LEARNGENE_CONNECTION"] = cluster._storage.Connection, ["DOTNET_ENVIRONMENT"] = "Development" };
            await SiloProcess.RunAsync(environment, "migrate", "--clustering", cluster._storage.Clustering);
            for (int i = 0; i < silos; i++)
                cluster._silos.Add(new(environment,
                    "--clustering", cluster._storage.Clustering, "--cluster-id", cluster._name, "--service-id", cluster._name, "--shared-dir", cluster._shared, "--threads", "1"));
            for (int i = 0; i < silos; i++)
            {
                await cluster._silos[i].ReadyAsync();
                await cluster._silos[i].PinAsync(i);
            }
            cluster.Client = await LearngeneClient.ConnectAsync(new ClusterConnection { Cluster = string.Join(',', cluster._silos.Select(s => s.Gateway)), ClusterId = cluster._name });
            await cluster.Client.Data.AddAsync("bench/images", Workload.DataPath);
            return cluster;
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            foreach (var silo in _silos) await silo.DisposeAsync();
            await _storage.DisposeAsync();
            Directory.Delete(_shared, recursive: true);
        }
    }
}
