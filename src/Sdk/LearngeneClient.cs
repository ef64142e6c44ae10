using Learngene.Scheduling;
using Learngene.Sdk.Clients;
using Learngene.Sdk.Connecting;
using Learngene.Sdk.Data;
using Learngene.Sdk.Federation;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Learngenes;
using Learngene.Sdk.Weights;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Learngene.Sdk;

/// <summary>
/// A connection to a cluster: data sets, learngenes and models, jobs, weights. Thread-safe; calls that fail because a silo went are
/// retried, since every verb may be.
/// </summary>
public sealed class LearngeneClient : IAsyncDisposable
{
    /// <summary>Where an embedded silo listens unless told otherwise.</summary>
    public const string DefaultCluster = "127.0.0.1:30000";

    // A silo that hangs is left after so long; no call lasts longer but those that say so.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5), s_response = TimeSpan.FromSeconds(6), s_open = TimeSpan.FromSeconds(3);
    private readonly IHost _host;
    private readonly IGrainFactory _grains;

    private LearngeneClient(IHost host, string? authorities)
    {
        _host = host;
        _grains = host.Services.GetRequiredService<IClusterClient>();
        Jobs = new(_grains);
        Weights = new(_grains, authorities);
        Data = new(_grains, Jobs);
        Learngenes = new(_grains, Jobs, Weights);
        Federations = new(_grains);
        Tokens = new(_grains);
    }

    /// <summary>Data sets.</summary>
    public DataClient Data { get; }
    /// <summary>Models and learngenes.</summary>
    public LearngenesClient Learngenes { get; }
    /// <summary>Work.</summary>
    public JobsClient Jobs { get; }
    /// <summary>Federations.</summary>
    public FederationsClient Federations { get; }
    /// <summary>Tokens of edge clients and scripts.</summary>
    public TokensClient Tokens { get; }
    /// <summary>Files.</summary>
    public WeightsClient Weights { get; }

    /// <summary>Connects.</summary>
    /// <param name="cluster">HOST:PORT of a silo's gateway, or of several with commas between.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="SiloUnreachableException">Nothing answers there within five seconds.</exception>
    /// <exception cref="FormatException">The address is not HOST:PORT.</exception>
    public static Task<LearngeneClient> ConnectAsync(string cluster = DefaultCluster, CancellationToken token = default) => ConnectAsync(new ClusterConnection { Cluster = cluster }, token);

    /// <summary>Connects, with TLS where a certificate is named.</summary>
    /// <param name="connection">Where to, and as whom.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="SiloUnreachableException">Nothing answers there within five seconds, or it does not take the certificate: the sentence says which.</exception>
    /// <exception cref="FormatException">The connection is not one: the sentence says what is wrong with it.</exception>
    public static async Task<LearngeneClient> ConnectAsync(ClusterConnection connection, CancellationToken token = default)
    {
        var files = connection.Files();
        var (endpoints, answering) = await Gateways.ResolveAsync(connection.Cluster, s_patience, token);
        var tls = files is null ? null : new ClusterTls(files, TimeProvider.System);
        var silence = new SilenceWatch(TimeProvider.System);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(endpoints)
                .ConfigureServices(services => services.AddSingleton<IGatewayListProvider>(s => ActivatorUtilities.CreateInstance<GatewayList>(s, answering)))
                .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (connection.ClusterId, "learngene"))
                .Configure<GatewayOptions>(o => o.GatewayListRefreshPeriod = s_patience) // so soon a gateway that was dead is tried again
                .Configure<ClientMessagingOptions>(o => o.ResponseTimeout = s_response)
                .Configure<ConnectionOptions>(o => o.OpenConnectionTimeout = tls is null ? s_open : s_patience)
                .Configure<ClientConnectionOptions>(o => o.ConfigureConnection(c =>
                {
                    silence.Watch(c);
                    if (tls is not null) c.UseClientTls(tls);
                }))
                .AddOutgoingGrainCallFilter(silence);
        });
        var host = builder.Build();
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
            patience.CancelAfter(s_patience);
            await host.StartAsync(patience.Token).WaitAsync(patience.Token);
            return new(host, connection.Authorities);
        }
        catch (Exception e) when (e is not OperationCanceledException || !token.IsCancellationRequested)
        {
            host.Dispose();
            throw tls?.LastRefusal is { } refusal ? new SiloUnreachableException(connection.Cluster, refusal) : new SiloUnreachableException(connection.Cluster, e);
        }
    }

    /// <summary>The silo that answers, as it is.</summary>
    public Task<SiloStatus> StatusAsync(CancellationToken token = default) => Retry.CallAsync(() => _grains.GetGrain<IStatusGrain>(0).Get(), token);

    /// <summary>The silos of the cluster that take work, in the order of their addresses; none where the silo that answers is too old to know, in the middle of an upgrade.</summary>
    public async Task<IReadOnlyList<SiloFacts>> SilosAsync(CancellationToken token = default)
    {
        try
        {
            return await Retry.CallAsync(() => _grains.GetGrain<IStatusGrain>(0).Silos(), token);
        }
        catch (Exception e) when (e.Message.StartsWith("Unable to resolve type alias", StringComparison.Ordinal)) // how a silo says that it has no such verb
        {
            return [];
        }
    }

    /// <summary>A pool: its devices, who has them, and who waits.</summary>
    /// <param name="pool">Its name.</param><param name="token">Gives up.</param>
    public Task<PoolStatus> PoolAsync(string pool, CancellationToken token = default) => Retry.CallAsync(() => _grains.GetGrain<IPoolGrain>(pool).Get(), token);

    /// <summary>Disconnects.</summary>
    public async ValueTask DisposeAsync()
    {
        Weights.Dispose();
        try
        {
            await _host.StopAsync(new CancellationTokenSource(s_patience).Token);
        }
        catch (OperationCanceledException)
        {
            // The silo went first.
        }
        _host.Dispose();
    }
}
