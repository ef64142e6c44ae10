using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Learngene.Federation;
using Learngene.Grains.Compute;
using Learngene.Jobs;
using Microsoft.Extensions.Hosting;

namespace Learngene.Grains;

/// <summary>What an operator wants to know of jobs, lanes and rounds. The host decides where it goes.</summary>
internal sealed class GrainMeter : IHostedService
{
    private static readonly Meter s_meter = new("Learngene");
    private static readonly Histogram<double> s_wait = s_meter.CreateHistogram<double>("learngene.jobs.wait", "s", "Time that a job's work waited for a device and its lane, by kind.");
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>("learngene.jobs.duration", "s", "Time of a job's work on its lane, by kind and outcome: completed, failed or stopped.");
    private static readonly Counter<long> s_contributions = s_meter.CreateCounter<long>("learngene.contributions", description: "Clients that had a round's work, by outcome: accepted (the contribution counts) or dropped (there was none in time, or none that could be taken).");
    private static readonly Counter<long> s_moved = s_meter.CreateCounter<long>("learngene.rounds.size", "By", "Bytes of rounds: up (contributions that count) and down (what clients start from).");
    private static readonly Counter<long> s_rounds = s_meter.CreateCounter<long>("learngene.rounds", description: "Rounds that ended, by outcome: counted or missed (its quorum).");
    private static readonly Histogram<double> s_round = s_meter.CreateHistogram<double>("learngene.rounds.duration", "s", "Time of a round.");

    private static readonly ConcurrentDictionary<string, (int Waiting, int Free, int Taken)> s_pools = [];

    /// <summary>Shows the lanes of a silo, and the pools that are looked after there.</summary>
    public GrainMeter(ComputeLanes lanes)
    {
        s_meter.CreateObservableGauge("learngene.lane.running", () => All(lanes, l => l.Sum(x => x.Running.Count)), description: "Pieces of work on a lane: device, reading or slots (of hosted clients).");
        s_meter.CreateObservableGauge("learngene.lane.queued", () => All(lanes, l => l.Sum(x => x.Queued)), description: "Pieces of work that wait for a lane.");
        s_meter.CreateObservableGauge("learngene.lane.busy", () => All(lanes, l => l.Average(x => x.Running.Count > 0 ? 1.0 : 0.0)), description: "Share of a lane's threads that work, 0 to 1.");
        s_meter.CreateObservableGauge("learngene.pool.waiting", () => Pools(p => p.Waiting), description: "Jobs that wait for a device of a pool; from the silo that looks after it.");
        s_meter.CreateObservableGauge("learngene.pool.free", () => Pools(p => p.Free), description: "Devices of a pool that no job has.");
        s_meter.CreateObservableGauge("learngene.pool.taken", () => Pools(p => p.Taken), description: "Devices of a pool that jobs have.");
    }

    /// <summary>Begins each series before the first of its kind happens: a rate has something to begin from.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string outcome in (string[])["accepted", "dropped"]) s_contributions.Add(0, Tag("outcome", outcome));
        foreach (string direction in (string[])["up", "down"]) s_moved.Add(0, Tag("direction", direction));
        foreach (string outcome in (string[])["counted", "missed"]) s_rounds.Add(0, Tag("outcome", outcome));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public static void Waited(JobKind kind, TimeSpan time) => s_wait.Record(time.TotalSeconds, Kind(kind));
    public static void Ended(JobKind kind, string outcome, TimeSpan time) => s_duration.Record(time.TotalSeconds, Kind(kind), Tag("outcome", outcome));

    /// <summary>Says how a pool is.</summary>
    public static void Pool(string pool, int waiting, int free, int taken) => s_pools[pool] = (waiting, free, taken);

    /// <summary>Another silo looks after the pool from now on.</summary>
    public static void NoPool(string pool) => s_pools.TryRemove(pool, out _);

    /// <summary>Counts a round that is over; one that a crash has closed twice counts twice.</summary>
    public static void Closed(RoundSummary round)
    {
        s_rounds.Add(1, Tag("outcome", round.Participants > 0 ? "counted" : "missed"));
        s_round.Record(round.Seconds);
        s_contributions.Add(round.Participants, Tag("outcome", "accepted"));
        s_contributions.Add(round.Dropped.Count, Tag("outcome", "dropped"));
        s_moved.Add(round.BytesUp, Tag("direction", "up"));
        s_moved.Add(round.BytesDown, Tag("direction", "down"));
    }

    private static IEnumerable<Measurement<T>> All<T>(ComputeLanes lanes, Func<IReadOnlyList<ComputeLane>, T> of) where T : struct =>
        [new(of([.. lanes.Devices.Select(d => d.Lane)]), Tag("lane", "device")), new(of([lanes.Reading]), Tag("lane", "reading")), new(of(lanes.Slots), Tag("lane", "slots"))];

    private static IEnumerable<Measurement<int>> Pools(Func<(int Waiting, int Free, int Taken), int> of) => s_pools.Select(p => new Measurement<int>(of(p.Value), Tag("pool", p.Key)));

    private static KeyValuePair<string, object?> Kind(JobKind kind) => Tag("kind", Jobs.Work.JobWork.Name(kind));
    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
