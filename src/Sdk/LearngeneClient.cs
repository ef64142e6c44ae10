using System.Net;
using System.Net.Sockets;
using Learngene.Sdk.Clients;
using Learngene.Sdk.Data;
using Learngene.Sdk.Federation;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Learngenes;
using Learngene.Sdk.Weights;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace Learngene.Sdk;

/// <summary>
/// A connection to a cluster: data sets, learngenes and models, jobs, weights. Thread-safe; calls that fail because a silo went are
/// retried, since every verb may be.
/// </summary>
public sealed class LearngeneClient : IAsyncDisposable
{
    /// <summary>Where an embedded silo listens unless told otherwise.</summary>
    public const string DefaultCluster = "127.0.0.1:30000";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly IHost _host;
    private readonly IGrainFactory _grains;

    private LearngeneClient(IHost host)
    {
        _host = host;
        _grains = host.Services.GetRequiredService<IClusterClient>();
        Jobs = new(_grains);
        Weights = new(_grains);
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
    /// <param name="cluster">HOST:PORT of a silo's gateway.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="SiloUnreachableException">Nothing answers there within five seconds.</exception>
    /// <exception cref="FormatException">The address is not HOST:PORT.</exception>
    public static async Task<LearngeneClient> ConnectAsync(string cluster = DefaultCluster, CancellationToken token = default)
    {
        var endpoint = await ResolveAsync(cluster, token);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.UseOrleansClient(client => client
            .UseStaticClustering(endpoint)
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("learngene", "learngene"))
            .Configure<ClientMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromSeconds(25)));
        var host = builder.Build();
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
            patience.CancelAfter(s_patience);
            await host.StartAsync(patience.Token).WaitAsync(patience.Token);
            return new(host);
        }
        catch (Exception e) when (e is not OperationCanceledException || !token.IsCancellationRequested)
        {
            host.Dispose();
            throw new SiloUnreachableException(cluster, e);
        }
    }

    /// <summary>The silo that answers, as it is.</summary>
    public Task<SiloStatus> StatusAsync(CancellationToken token = default) => Retry.CallAsync(() => _grains.GetGrain<IStatusGrain>(0).Get(), token);

    // A socket first: it is refused at once where nobody listens, while a client would go on trying.
    private static async Task<IPEndPoint> ResolveAsync(string cluster, CancellationToken token)
    {
        int colon = cluster.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(cluster[(colon + 1)..], out int port) || port is < 1 or > 65_535)
            throw new FormatException($"cluster '{cluster}' is not HOST:PORT, such as {DefaultCluster}.");
        string name = cluster[..colon];
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
            patience.CancelAfter(s_patience);
            using var socket = new TcpClient();
            await socket.ConnectAsync(name, port, patience.Token);
            return (IPEndPoint)socket.Client.RemoteEndPoint!;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !token.IsCancellationRequested))
        {
            throw new SiloUnreachableException(cluster, e);
        }
    }

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
