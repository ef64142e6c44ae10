using Learngene.Sdk;
using Learngene.Sdk.Connecting;

namespace Learngene.Benchmarks;

/// <summary>Silos of one thread each, held to a core each while there are so many, on a storage; they know the shipped images as bench/images.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly string _shared = Directory.CreateTempSubdirectory("learngene-bench-shared-").FullName, _name = $"bench{Guid.NewGuid():N}";
    private readonly ScaleStorage _storage = new();
    private readonly List<SiloProcess> _silos = [];

    public LearngeneClient Client { get; private set; } = null!;

    /// <summary>Seconds of processor time until now: of all silos together, and of what they keep their state on.</summary>
    public async Task<(double Silos, double Storage)> CpuAsync() => (_silos.Sum(s => s.Cpu), (await _storage.FiguresAsync()).Cpu);

    public static async Task<BenchCluster> StartAsync(int silos)
    {
        var cluster = new BenchCluster();
        var environment = new Dictionary<string, string> { ["LEARNGENE_CONNECTION"] = cluster._storage.Connection, ["DOTNET_ENVIRONMENT"] = "Development" };
        await SiloProcess.RunAsync(environment, "migrate", "--clustering", cluster._storage.Clustering);
        for (int i = 0; i < silos; i++)
            cluster._silos.Add(new(environment, silos <= Environment.ProcessorCount ? i : null,
                "--clustering", cluster._storage.Clustering, "--cluster-id", cluster._name, "--service-id", cluster._name, "--shared-dir", cluster._shared, "--threads", "1", "--hosted-slots", "1"));
        foreach (var silo in cluster._silos) await silo.ReadyAsync();
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
