using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;

namespace Learngene.Silo.Hosting;

/// <summary>Who is in the cluster and how it is reached. Embedded: this process alone, on loopback.</summary>
internal static class Clustering
{
    public static void AddEmbeddedClustering(this ISiloBuilder silo, int siloPort, int gatewayPort)
    {
        silo.UseLocalhostClustering(siloPort, gatewayPort, serviceId: "learngene", clusterId: "learngene");
        silo.Configure<EndpointOptions>(o =>
        {
            o.AdvertisedIPAddress = IPAddress.Loopback;
            o.SiloListeningEndpoint = new(IPAddress.Loopback, siloPort);
            o.GatewayListeningEndpoint = new(IPAddress.Loopback, gatewayPort);
        });
    }

    /// <summary>Each port itself, or a free one for 0; all different.</summary>
    /// <exception cref="StartupException">Somebody listens there already.</exception>
    public static int[] FreePorts(params ReadOnlySpan<(int Port, string Option)> wanted)
    {
        var listeners = new List<TcpListener>();
        try
        {
            foreach (var (port, option) in wanted) listeners.Add(Listen(port, option));
            return [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(l => l.Stop());
        }
    }

    private static TcpListener Listen(int port, string option)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            throw new StartupException($"port {port} is taken; choose another with --{option} (0 takes a free one).");
        }
    }
}
