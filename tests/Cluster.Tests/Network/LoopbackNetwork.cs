using System.Net;
using System.Text.RegularExpressions;
using Learngene.Cluster.Tests.Servers;

namespace Learngene.Cluster.Tests.Network;

/// <summary>
/// Silos, their clients and the storage on one machine, and passages of the test between all of them, so that each can be parted from the others
/// as by a network: nothing is refused, it only does not arrive until the network is whole again.
/// </summary>
/// <param name="storage">What silos keep their state on.</param>
internal sealed class LoopbackNetwork(StorageServer storage) : Surroundings
{
    // Where silos are for others; they listen on 127.0.0.1, on the same ports.
    private static readonly IPAddress s_seen = IPAddress.Parse("127.0.0.2");
    private readonly List<Passage> _passages = [];
    private volatile Barrier? _barrier;

    /// <summary>Parts a process from what the passages lead to.</summary>
    public void Part(int process, Leads from) => _barrier = new(process, from);

    /// <summary>Is whole again; what waited arrives.</summary>
    public void Join()
    {
        var barrier = Interlocked.Exchange(ref _barrier, null);
        barrier?.Lifted.SetResult();
    }

    /// <summary>Resets all connections there are; returns how many.</summary>
    public int Cut()
    {
        lock (_passages) return _passages.Sum(p => p.Cut());
    }

    /// <summary>Lets a new connection through, once it may.</summary>
    public Task ArrivedAsync(Passage passage, int client)
    {
        _barrier?.Look();
        return PassAsync(passage, client);
    }

    /// <summary>Lets something through, once it may.</summary>
    public async Task PassAsync(Passage passage, int client)
    {
        while (_barrier is { } barrier && barrier.Stands(passage, client)) await barrier.Lifted.Task;
    }

    public override string Connection(string connection)
    {
        lock (_passages)
        {
            var way = _passages.Find(p => p.Leads == Leads.ToStorage) ?? Open(Leads.ToStorage, IPAddress.Loopback, 0, storage.Port);
            return Regex.Replace(connection, $@"(?<=Port=|127\.0\.0\.1:){storage.Port}\b", $"{way.Port}");
        }
    }

    public override string[] Arguments(string directory)
    {
        var (silo, gateway, http) = (Programs.FreePort(), Programs.FreePort(), Programs.FreePort());
        lock (_passages)
        {
            Open(Leads.ToSilo, s_seen, silo, silo);
            Open(Leads.ToGateway, s_seen, gateway, gateway);
            var way = Open(Leads.ToSilo, IPAddress.Loopback, 0, http);
            return ["--silo-port", $"{silo}", "--gateway-port", $"{gateway}", "--http-port", $"{http}", "--advertised-address", $"{s_seen}", "--public-url", $"http://127.0.0.1:{way.Port}"];
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Join();
        foreach (var passage in _passages) await passage.DisposeAsync();
    }

    private Passage Open(Leads leads, IPAddress address, int port, int end)
    {
        var passage = new Passage(this, leads, new(address, port), end);
        _passages.Add(passage);
        return passage;
    }

    // Stands around a process: in front of its doors, and at the doors of others for what it sent.
    private sealed class Barrier(int process, Leads from)
    {
        private volatile IReadOnlySet<(int Here, int There)> _sockets = Sockets.Of(process);

        public TaskCompletionSource Lifted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Look() => _sockets = Sockets.Of(process);

        public bool Stands(Passage passage, int client) => (from & passage.Leads) != 0 && (_sockets.Contains((passage.End, 0)) || _sockets.Contains((client, passage.Port)));
    }
}
