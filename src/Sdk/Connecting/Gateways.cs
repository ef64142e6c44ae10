using System.Net;
using System.Net.Sockets;

namespace Learngene.Sdk.Connecting;

/// <summary>The gateways that a cluster was named by.</summary>
internal static class Gateways
{
    /// <summary>
    /// Resolves them and finds those that are there: a socket is refused at once where nobody listens, while a client would go on trying. Those
    /// that do not answer now are kept behind: they may be back when others have gone.
    /// </summary>
    /// <returns>All of them, and how many of the first answer.</returns>
    /// <exception cref="FormatException">One is not HOST:PORT.</exception>
    /// <exception cref="SiloUnreachableException">Nobody listens at any of them.</exception>
    public static async Task<(IPEndPoint[] All, int Answering)> ResolveAsync(string cluster, TimeSpan patience, CancellationToken token)
    {
        var named = cluster.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        if (named.Count == 0) throw Malformed(cluster);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(patience);
        var tried = await Task.WhenAll(named.Select(g => TryAsync(g.Host, g.Port, limit.Token)));
        token.ThrowIfCancellationRequested();
        if (tried.All(t => t.Failure is not null)) throw new SiloUnreachableException(cluster, tried[0].Failure);
        return ([.. tried.OrderBy(t => t.Failure is not null).SelectMany(t => t.Endpoints)], tried.Where(t => t.Failure is null).Sum(t => t.Endpoints.Length));
    }

    private static (string Host, int Port) Parse(string gateway)
    {
        int colon = gateway.LastIndexOf(':');
        return colon > 0 && int.TryParse(gateway[(colon + 1)..], out int port) && port is >= 1 and <= 65_535 ? (gateway[..colon].Trim('[', ']'), port) : throw Malformed(gateway);
    }

    private static FormatException Malformed(string gateway) => new($"cluster '{gateway}' is not HOST:PORT, such as {LearngeneClient.DefaultCluster}.");

    private static async Task<(IPEndPoint[] Endpoints, Exception? Failure)> TryAsync(string host, int port, CancellationToken token)
    {
        IPEndPoint[] all = [];
        try
        {
            all = [.. (await Dns.GetHostAddressesAsync(host, token)).Select(a => new IPEndPoint(a, port))];
            using var socket = new TcpClient();
            await socket.ConnectAsync(host, port, token);
            return ([(IPEndPoint)socket.Client.RemoteEndPoint!], null);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return (all, e);
        }
    }
}
