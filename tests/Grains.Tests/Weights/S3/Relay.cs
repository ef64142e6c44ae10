using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Learngene.Grains.Tests.Weights.S3;

/// <summary>Stands between a client and a server: notes the heads of requests, spoils a byte on its way up, and cuts connections.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _to;
    private readonly List<string> _heads = [];
    private readonly Task _accepting;
    private int _spoil;
    private long _cutEvery = long.MaxValue;

    public Relay(string endpoint)
    {
        _to = new Uri(endpoint).Port;
        _listener.Start(1000);
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Connections that were cut.</summary>
    public int Cut { get; private set; }

    /// <summary>Bytes that were spoiled.</summary>
    public int Spoiled { get; private set; }

    /// <summary>The heads of requests.</summary>
    public string[] Heads
    {
        get { lock (_heads) return [.. _heads]; }
    }

    /// <summary>Spoils a byte in so many long pieces of a body.</summary>
    public void Spoil(int pieces) => _spoil = pieces;

    /// <summary>Cuts every connection when so many bytes went through it.</summary>
    public void CutEvery(long bytes) => Interlocked.Exchange(ref _cutEvery, bytes);

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _to, _end.Token);
                await Task.WhenAny(PumpAsync(client.GetStream(), server.GetStream(), up: true), PumpAsync(server.GetStream(), client.GetStream(), up: false));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either side has gone.
            }
    }

    private async Task PumpAsync(Stream from, Stream to, bool up)
    {
        byte[] buffer = new byte[64 * 1024];
        long through = 0;
        while (await from.ReadAsync(buffer, _end.Token) is var read and > 0)
        {
            if (up && Encoding.Latin1.GetString(buffer, 0, Math.Min(read, 4096)) is var text && text.Contains(" HTTP/1.1\r\n", StringComparison.Ordinal))
                lock (_heads) _heads.Add(text.Split("\r\n\r\n")[0]);
            else if (up && read > 8_000 && Interlocked.Decrement(ref _spoil) >= 0)
            {
                buffer[read / 2] ^= 1;
                Spoiled++;
            }
            if ((through += read) > Interlocked.Read(ref _cutEvery))
            {
                Cut++;
                return;
            }
            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }
}
