using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Learngene.Cluster.Tests.Network;

/// <summary>What is at the end of a passage.</summary>
[Flags]
internal enum Leads
{
    /// <summary>A silo, for other silos: grains' messages, and files by HTTP.</summary>
    ToSilo = 1,
    /// <summary>A silo's gateway, for clients.</summary>
    ToGateway = 2,
    /// <summary>The storage's server.</summary>
    ToStorage = 4,
}

/// <summary>Listens in somebody's stead, and hands on what comes, both ways, while the network lets it through.</summary>
internal sealed class Passage : IAsyncDisposable
{
    private readonly LoopbackNetwork _network;
    private readonly TcpListener _listener;
    private readonly ConcurrentDictionary<Socket, Socket> _open = [];
    private readonly Task _accepting;

    /// <summary>Opens a passage.</summary>
    /// <param name="network">Says what goes through.</param><param name="leads">What is at its end.</param><param name="at">Where it listens.</param><param name="end">The port at its end.</param>
    public Passage(LoopbackNetwork network, Leads leads, IPEndPoint at, int end)
    {
        (_network, Leads, End, _listener) = (network, leads, end, new(at));
        _listener.Start(1000);
        _accepting = AcceptAsync();
    }

    public Leads Leads { get; }

    /// <summary>The port at its end.</summary>
    public int End { get; }

    /// <summary>The port it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets all connections.</summary>
    public int Cut()
    {
        int cut = 0;
        foreach (var (client, server) in _open)
        {
            client.Close(0);
            server.Close(0);
            cut++;
        }
        return cut;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = CarryAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
            try
            {
                client.NoDelay = true;
                int from = ((IPEndPoint)client.RemoteEndPoint!).Port;
                _open[client] = server;
                await _network.ArrivedAsync(this, from);
                await server.ConnectAsync(IPAddress.Loopback, End);
                await Task.WhenAll(PumpAsync(client, server, from), PumpAsync(server, client, from));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Either side has gone, and the other is told so when this returns.
                client.LingerState = server.LingerState = new(true, 0);
            }
            finally
            {
                _open.TryRemove(client, out _);
            }
    }

    // What came waits here while it may not go on, and so does the end of what comes.
    private async Task PumpAsync(Socket from, Socket to, int client)
    {
        byte[] buffer = new byte[32 * 1024];
        while (true)
        {
            int read;
            try
            {
                read = await from.ReceiveAsync(buffer);
            }
            catch (SocketException)
            {
                await _network.PassAsync(this, client);
                to.Close(0);
                throw;
            }
            await _network.PassAsync(this, client);
            if (read == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }
            for (int sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        Cut();
    }
}
