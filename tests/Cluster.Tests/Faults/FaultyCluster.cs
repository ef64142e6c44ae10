using System.Globalization;
using Learngene.Cluster.Tests.Network;
using Learngene.Cluster.Tests.Servers;
using Learngene.Cluster.Tests.Serving;
using Learngene.Federation;
using Learngene.Grains.Tests.Weights.S3;
using Learngene.Jobs;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>
/// Three silos whose undisturbed results are known, and what they do when something happens to them: a LeTs job and a federation are begun, faults
/// are inflicted at random moments, and what comes out must be what came out undisturbed.
/// </summary>
internal sealed class FaultyCluster : IAsyncDisposable
{
    private const int Silos = 3, MostChanges = 24, Rounds = 20, Epochs = 8;
    private readonly SiloCluster _cluster;
    private readonly Inflictions _inflictions;
    private readonly int _length;
    private JobStatus _job = null!;
    private FederationStatus _federation = null!;
    private IReadOnlyList<RoundSummary> _rounds = [];

    private FaultyCluster(SiloCluster cluster, Inflictions inflictions, int length) => (_cluster, _inflictions, _length) = (cluster, inflictions, length);

    /// <summary>What the silos have written.</summary>
    public string Log => string.Join("\n----\n", _cluster.Silos.Select(s => s.Log));

    /// <summary>What a cluster must be started in for a fault.</summary>
    public static Type Around(Fault fault) => fault switch
    {
        Fault.Partition or Fault.Cut => typeof(LoopbackNetwork),
        Fault.Bucket or Fault.Disk => typeof(Bucket),
        _ => typeof(Surroundings),
    };

    /// <summary>Starts silos and learns the undisturbed results.</summary>
    /// <param name="storage">What they keep their state on.</param><param name="fault">What is to happen to them.</param><param name="length">How many faults the work is long enough for.</param>
    public static async Task<FaultyCluster> StartAsync(StorageServer storage, Fault fault, int length)
    {
        var kind = Around(fault);
        Surroundings around = kind == typeof(LoopbackNetwork) ? new LoopbackNetwork(storage) : kind == typeof(Bucket) ? new Bucket(await S3Server.StartAsync()) : new Surroundings();
        var cluster = new SiloCluster(storage.Clustering, await storage.NewDatabaseAsync()) { Around = around };
        var faulty = new FaultyCluster(cluster, new(cluster, storage), length);
        try
        {
            await faulty.PrepareAsync();
            return faulty;
        }
        catch
        {
            await faulty.DisposeAsync();
            throw;
        }
    }

    /// <summary>Faults at moments that come from the seed, while both the job and the federation go on; what they came to is compared.</summary>
    public async Task<IReadOnlyList<Hit>> SufferAsync(Fault fault, int seed, int most)
    {
        var chance = new Random((seed * 100) + (int)fault);
        var (job, federation) = await BeginAsync(string.Create(CultureInfo.InvariantCulture, $"{fault}-{seed}"));
        var hits = new List<Hit>();
        while (hits.Count < most && await GoneOnAsync(job, federation, chance.Next(1, MostChanges)))
            hits.Add(await _inflictions.InflictAsync(fault, chance, () => Task.WhenAll(_cluster.Client.Jobs.GetAsync(job), _cluster.Client.Federations.GetAsync(federation), _cluster.Client.Data.ListAsync())));
        await CompareAsync(await _cluster.Client.Jobs.WaitAsync(job), await _cluster.Client.Federations.WaitAsync(federation));
        return hits;
    }

    private async Task PrepareAsync()
    {
        await _cluster.StartAsync(Silos);
        await _cluster.Client.Data.AddAsync("fashion", SiloCluster.Images);
        await _cluster.Client.Jobs.WaitAsync((await _cluster.Client.Jobs.TrainAsync("ancestry", "fashion", 32, 2, 7, options: Work.Small())).Id);
        var (job, federation) = await BeginAsync("undisturbed");
        (_job, _federation) = (await _cluster.Client.Jobs.WaitAsync(job), await _cluster.Client.Federations.WaitAsync(federation));
        _rounds = await _cluster.Client.Federations.HistoryAsync(federation);
    }

    private async Task<(string Job, string Federation)> BeginAsync(string name)
    {
        var job = await _cluster.Client.Jobs.LearnLetsAsync($"lets/{name}", "ancestry", "fashion", (16, 2), (48, 4), Work.Small(epochs: Epochs * _length, seed: 9, ("dropPath", 0.1)));
        var federation = await _cluster.Client.Federations.StartAsync(Work.Federation($"fed/{name}", Rounds * _length));
        return (job.Id, federation.Name);
    }

    // So many changes of the federation later: do both still go on?
    private async Task<bool> GoneOnAsync(string job, string federation, int changes)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var status in _cluster.Client.Federations.WatchAsync(federation, patience.Token))
            if (status.Ended) return false;
            else if (--changes == 0) break;
        return !(await _cluster.Client.Jobs.GetAsync(job)).Ended;
    }

    private async Task CompareAsync(JobStatus job, FederationStatus federation)
    {
        Assert.Equal(_job.Result!.Weights, job.Result!.Weights);
        Assert.Equal(1, job.Result.Version);
        Assert.Equal(FederationState.Completed, federation.State);
        var rounds = await _cluster.Client.Federations.HistoryAsync(federation.Name);
        if (rounds.FirstOrDefault(r => r.Dropped.Count > 0) is { } dropped) Assert.Fail($"round {dropped.Round} of {federation.Name} dropped {string.Join("; ", dropped.Dropped)}");
        Assert.Equal(_rounds.Select(r => (r.Round, r.Participants, r.BytesUp, r.BytesDown, r.Loss)), rounds.Select(r => (r.Round, r.Participants, r.BytesUp, r.BytesDown, r.Loss)));
        Assert.Equal(_rounds.SelectMany(r => r.Clients), rounds.SelectMany(r => r.Clients));
        Assert.Equal(_federation.Result!.Weights, federation.Result!.Weights);
        Assert.Equal((_federation.BytesUp, _federation.BytesDown, 1), (federation.BytesUp, federation.BytesDown, federation.Result.Version));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
