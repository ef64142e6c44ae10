using Learngene.Cluster.Tests.Servers;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>A server and a cluster on it, one after the other for faults that need others.</summary>
public sealed class FaultFixture<TServer> : IAsyncLifetime where TServer : StorageServer, new()
{
    private const double Longest = 15;
    private readonly TServer _server = new();
    private FaultyCluster? _cluster;
    private Type? _around;

    public Task InitializeAsync() => _server.InitializeAsync();

    /// <summary>Inflicts a fault as often as is wanted.</summary>
    public async Task InflictAsync(Fault fault)
    {
        var (done, run) = FaultReport.Done(_server.Clustering, fault);
        var failures = new List<Exception>();
        while (done < FaultReport.Wanted && failures.Count < 3)
            try
            {
                run++;
                var cluster = await ClusterAsync(fault);
                var hits = await cluster.SufferAsync(fault, run, Math.Min(FaultReport.AtOnce, FaultReport.Wanted - done));
                Assert.NotEmpty(hits);
                FaultReport.Write(_server.Clustering, fault, run, hits);
                done += hits.Count;
                if (hits.Any(h => h.Served > Longest)) failures.Add(new TimeoutException($"served again after {hits.Max(h => h.Served):F1} s instead of {Longest}."));
            }
            catch (Exception e) // whatever it is is told at the end, and the next time begins with another cluster
            {
                FaultReport.Write(_server.Clustering, fault, run, e, _cluster?.Log ?? "");
                failures.Add(e);
                await EndAsync();
            }
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    public async Task DisposeAsync()
    {
        await EndAsync();
        await _server.DisposeAsync();
    }

    private async Task<FaultyCluster> ClusterAsync(Fault fault)
    {
        if (_cluster is not null && _around != FaultyCluster.Around(fault)) await EndAsync();
        _around = FaultyCluster.Around(fault);
        return _cluster ??= await FaultyCluster.StartAsync(_server, fault, FaultReport.AtOnce);
    }

    private async Task EndAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        _cluster = null;
    }
}
