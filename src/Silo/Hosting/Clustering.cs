using System.Net;
using System.Net.Sockets;
using Learngene.Silo.Storage;
using Orleans.Configuration;

namespace Learngene.Silo.Hosting;

/// <summary>Who is in the cluster and how it is reached. Embedded: this process alone.</summary>
internal static class Clustering
{
    /// <summary>Adds membership and reminders, as the settings say.</summary>
    public static void AddClustering(this ISiloBuilder silo, SiloSettings settings, string connection, int siloPort, int gatewayPort)
    {
        if (!settings.Clustered)
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, serviceId: settings.ServiceId, clusterId: settings.ClusterId);
            // All grains are here: where others are need not be remembered, for which room is kept by the million.
            silo.Configure<GrainDirectoryOptions>(o => o.CachingStrategy = GrainDirectoryOptions.CachingStrategyType.None);
        }
        else
        {
            silo.Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (settings.ClusterId, settings.ServiceId));
            silo.Configure<ClusterMembershipOptions>(Fast);
            if (settings.Clustering == "postgres") silo.UsePostgres(connection);
            else silo.UseRedis(connection);
        }
        var listen = IPAddress.Parse(settings.ListenAddress);
        silo.Configure<EndpointOptions>(o =>
        {
            (o.AdvertisedIPAddress, o.SiloPort, o.GatewayPort) = (settings.Advertised, siloPort, gatewayPort);
            o.SiloListeningEndpoint = new(listen, siloPort);
            o.GatewayListeningEndpoint = new(listen, gatewayPort);
        });
    }

    // How soon a silo is noticed that was killed or hangs: docs/results/faults.md. One that stutters for three seconds lives: Orleans votes only on
    // who has said nothing for the largest timeout times the limit. Two votes: with one, a silo that is cut off from the others but not from the
    // storage could declare all of them dead by itself. Of two silos one vote is the majority.
    private static void Fast(ClusterMembershipOptions o)
    {
        o.ProbeTimeout = o.MinProbeTimeout = TimeSpan.FromSeconds(1);
        o.MaxProbeTimeout = TimeSpan.FromSeconds(1.5);
        o.NumMissedProbesLimit = 3;
        o.NumVotesForDeathDeclaration = 2;
        o.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        o.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(2);
    }

    private static void UsePostgres(this ISiloBuilder silo, string connection)
    {
        const string Npgsql = "Npgsql";
        string bounded = Postgres.Bounded(connection);
        silo.UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (Npgsql, bounded));
        silo.UseAdoNetReminderService(o => (o.Invariant, o.ConnectionString) = (Npgsql, bounded));
    }

    private static void UseRedis(this ISiloBuilder silo, string connection)
    {
        silo.UseRedisClustering(o => o.ConfigurationOptions = Redis.Options(connection));
        silo.UseRedisReminderService(o => o.ConfigurationOptions = Redis.Options(connection));
    }

    /// <summary>Each port itself, or a free one for 0; all different.</summary>
    /// <exception cref="StartupException">Somebody listens there already.</exception>
    public static int[] FreePorts(params ReadOnlySpan<(IPAddress Address, int Port, string Option)> wanted)
    {
        var listeners = new List<TcpListener>();
        try
        {
            foreach (var (address, port, option) in wanted) listeners.Add(Listen(address, port, option));
            return [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(l => l.Stop());
        }
    }

    private static TcpListener Listen(IPAddress address, int port, string option)
    {
        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartupException($"port {port} is taken; choose another with --{option} (0 takes a free one).");
        }
        catch (SocketException e)
        {
            throw new StartupException($"port {port} of {address} cannot be listened on: {e.Message}; choose another address or --{option}.");
        }
    }
}
