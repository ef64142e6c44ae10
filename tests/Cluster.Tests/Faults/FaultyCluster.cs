using System.Diagnostics;
using Learngene.Cluster.Tests.Servers;
using Learngene.Cluster.Tests.Serving;
using Learngene.Federation;
using Learngene.Jobs;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>What can happen to a cluster.</summary>
public enum Fault
{
    /// <summary>kill -9 of a silo.</summary>
    Kill,
    /// <summary>SIGSTOP of a silo for ten seconds; then it comes back.</summary>
    Freeze,
    /// <summary>SIGTERM of a silo.</summary>
    Drain,
    /// <summary>kill -9 of all silos at once.</summary>
    KillAll,
    /// <summary>The storage's server crashes and is started again.</summary>
    Storage,
}

/// <summary>
/// Three silos whose undisturbed results are known, and what they do when something happens to them: a LeTs job and a federation are begun, the
/// fault is inflicted at a random moment, and what comes out must be what came out undisturbed.
/// </summary>
internal sealed class FaultyCluster(SiloCluster cluster, Func<Task> crash, Func<Task> start) : IAsyncDisposable
{
    private const int Silos = 3, Steps = 64;
    private static readonly TimeSpan s_frozen = TimeSpan.FromSeconds(10);
    private JobStatus _job = null!;
    private FederationStatus _federation = null!;
    private IReadOnlyList<RoundSummary> _rounds = [];

    /// <summary>Starts the silos and learns the undisturbed results.</summary>
    public async Task StartAsync()
    {
        await cluster.StartAsync(Silos);
        await cluster.Client.Data.AddAsync("fashion", SiloCluster.Images);
        await cluster.Client.Jobs.WaitAsync((await cluster.Client.Jobs.TrainAsync("ancestry", "fashion", 32, 2, 7, options: Work.Small())).Id);
        var (job, federation) = await BeginAsync("undisturbed");
        (_job, _federation) = (await cluster.Client.Jobs.WaitAsync(job), await cluster.Client.Federations.WaitAsync(federation));
        _rounds = await cluster.Client.Federations.HistoryAsync(federation);
    }

    /// <summary>One fault, at a moment that comes from the seed; returns seconds until both answered again.</summary>
    public async Task<double> InflictAsync(Fault fault, int seed)
    {
        var chance = new Random(HashCode.Combine(seed, fault) & int.MaxValue);
        var (job, federation) = await BeginAsync($"{fault}-{seed}");
        int changes = chance.Next(1, Steps);
        using (var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2)))
            await foreach (var status in cluster.Client.Federations.WatchAsync(federation, patience.Token))
                if (--changes == 0 || status.Ended) break;
        var victim = cluster.Silos[chance.Next(cluster.Silos.Count)];
        long began = Stopwatch.GetTimestamp();
        double served = fault switch
        {
            Fault.Kill => await WithoutAsync(victim, victim.KillAsync, job, federation, began),
            Fault.Drain => await WithoutAsync(victim, victim.TerminateAsync, job, federation, began),
            Fault.Freeze => await FreezeAsync(victim, job, federation, began),
            Fault.KillAll => await KillAllAsync(job, federation, began),
            _ => await CrashAsync(job, federation, began),
        };
        var done = await cluster.Client.Jobs.WaitAsync(job);
        var ended = await cluster.Client.Federations.WaitAsync(federation);
        Assert.Equal(_job.Result!.Weights, done.Result!.Weights);
        Assert.Equal(1, done.Result.Version);
        Assert.Equal(FederationState.Completed, ended.State);
        var rounds = await cluster.Client.Federations.HistoryAsync(federation);
        if (rounds.FirstOrDefault(r => r.Dropped.Count > 0) is { } dropped) Assert.Fail($"round {dropped.Round} of {federation} dropped {string.Join("; ", dropped.Dropped)}");
        Assert.Equal(_rounds.Select(r => (r.Round, r.Participants, r.BytesUp, r.BytesDown, r.Loss)), rounds.Select(r => (r.Round, r.Participants, r.BytesUp, r.BytesDown, r.Loss)));
        Assert.Equal(_rounds.SelectMany(r => r.Clients), rounds.SelectMany(r => r.Clients));
        Assert.Equal(_federation.Result!.Weights, ended.Result!.Weights);
        Assert.Equal((_federation.BytesUp, _federation.BytesDown, 1), (ended.BytesUp, ended.BytesDown, ended.Result.Version));
        return served;
    }

    public string Log => string.Join("\n----\n", cluster.Silos.Select(s => s.Log));

    private async Task<(string Job, string Federation)> BeginAsync(string name)
    {
        var job = await cluster.Client.Jobs.LearnLetsAsync($"lets/{name}", "ancestry", "fashion", (16, 2), (48, 4), Work.Small(epochs: 3, seed: 9, ("dropPath", 0.1)));
        var federation = await cluster.Client.Federations.StartAsync(Work.Federation($"fed/{name}"));
        return (job.Id, federation.Name);
    }

    private async Task<double> WithoutAsync(SiloProcess victim, Func<Task> end, string job, string federation, long began)
    {
        var ending = end();
        double served = await ServedAsync(job, federation, began);
        await ending;
        await ReplaceAsync(victim);
        return served;
    }

    private async Task<double> FreezeAsync(SiloProcess victim, string job, string federation, long began)
    {
        double served;
        Programs.Signal(victim.Process, Programs.Stop);
        try
        {
            served = await ServedAsync(job, federation, began);
            var rest = s_frozen - Stopwatch.GetElapsedTime(began);
            if (rest > TimeSpan.Zero) await Task.Delay(rest);
        }
        finally
        {
            Programs.Signal(victim.Process, Programs.Continue);
        }
        await victim.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60)); // taken for dead, it ends by itself
        await ReplaceAsync(victim);
        return served;
    }

    private async Task<double> KillAllAsync(string job, string federation, long began)
    {
        await Task.WhenAll(cluster.Silos.Select(s => s.KillAsync()));
        foreach (var silo in cluster.Silos) await silo.DisposeAsync();
        cluster.Silos.Clear();
        began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Silos).Select(_ => cluster.AddAsync()));
        await cluster.ConnectAsync();
        return await ServedAsync(job, federation, began);
    }

    private async Task<double> CrashAsync(string job, string federation, long began)
    {
        await crash();
        await cluster.NotReadyAsync();
        await start();
        began = Stopwatch.GetTimestamp();
        await cluster.ReadyAsync();
        return await ServedAsync(job, federation, began);
    }

    // A frozen silo answers nobody, so the time ends when all that is asked was answered.
    private async Task<double> ServedAsync(string job, string federation, long began)
    {
        await Task.WhenAll(cluster.Client.Jobs.GetAsync(job), cluster.Client.Federations.GetAsync(federation), cluster.Client.Data.ListAsync());
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task ReplaceAsync(SiloProcess gone)
    {
        cluster.Silos.Remove(gone);
        await gone.DisposeAsync();
        await cluster.AddAsync();
        await cluster.ConnectAsync();
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();
}
