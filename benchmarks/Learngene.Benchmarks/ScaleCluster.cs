using System.Text.Json.Nodes;
using Learngene.Clients;
using Learngene.Sdk;
using Learngene.Sdk.Connecting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Learngene.Benchmarks;

/// <summary>Some silo processes with one federation of external clients, and an Orleans client that calls their grains through all gateways.</summary>
internal sealed class ScaleCluster : IAsyncDisposable
{
    public const string Federation = "scale/fed";
    private readonly string _shared = Directory.CreateTempSubdirectory("learngene-bench-shared-").FullName, _name = $"scale{Guid.NewGuid():N}";
    private IHost _host = null!;

    private ScaleCluster(ScaleStorage storage) => Storage = storage;

    public ScaleStorage Storage { get; }
    public IReadOnlyList<SiloProcess> Silos { get; private set; } = [];
    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    /// <summary>Starts it, with its federation running.</summary>
    public static async Task<ScaleCluster> StartAsync(int silos)
    {
        var cluster = new ScaleCluster(new());
        var environment = new Dictionary<string, string> { ["LEARNGENE_CONNECTION"] = cluster.Storage.Connection, ["DOTNET_ENVIRONMENT"] = "Development" };
        await SiloProcess.RunAsync(environment, "migrate", "--clustering", cluster.Storage.Clustering);
        cluster.Silos = [.. Enumerable.Range(0, silos).Select(_ => new SiloProcess(environment, null,
            "--clustering", cluster.Storage.Clustering, "--cluster-id", cluster._name, "--service-id", cluster._name, "--shared-dir", cluster._shared))];
        foreach (var silo in cluster.Silos) await silo.ReadyAsync();
        await cluster.ConnectAsync();
        await using var client = await LearngeneClient.ConnectAsync(new ClusterConnection { Cluster = cluster.Silos[0].Gateway, ClusterId = cluster._name });
        await client.Data.AddAsync("bench/images", Workload.DataPath);
        await client.Federations.StartAsync(new JsonObject
        {
            ["name"] = Federation, ["data"] = "bench/images", ["method"] = "fedavg", ["rounds"] = 1, ["clientsPerRound"] = 1, ["deadline"] = 600_000, ["lease"] = 600_000,
            ["partition"] = new JsonObject { ["kind"] = "external" }, ["model"] = new JsonObject { ["width"] = 16, ["depth"] = 2, ["heads"] = 1, ["patch"] = 7 },
        }.ToJsonString());
        return cluster;
    }

    /// <summary>A participant's grain.</summary>
    public IFederatedClientGrain Client(int number) => Grains.GetGrain<IFederatedClientGrain>($"{Federation}/client-{number}");

    /// <summary>Clients' grains on each silo.</summary>
    public async Task<IReadOnlyList<int>> BalanceAsync()
    {
        var all = await Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return [.. all.Where(s => s.GrainType.Contains("FederatedClientGrain", StringComparison.Ordinal)).Select(s => s.ActivationCount).OrderDescending()];
    }

    private async Task ConnectAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.UseOrleansClient(c => c
            .UseStaticClustering([.. Silos.Select(s => System.Net.IPEndPoint.Parse(s.Gateway))])
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (_name, _name)));
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        foreach (var silo in Silos) await silo.DisposeAsync();
        await Storage.DisposeAsync();
        Directory.Delete(_shared, recursive: true);
    }
}
