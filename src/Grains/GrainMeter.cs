using System.Diagnostics.Metrics;
using Learngene.Grains.Compute;
using Microsoft.Extensions.Hosting;

namespace Learngene.Grains;

/// <summary>What an operator wants to know of jobs, lanes and rounds. The host decides where it goes.</summary>
internal sealed class GrainMeter : IHostedService
{
    private static readonly Meter s_meter = new("Learngene");
    private static readonly Histogram<double> s_wait = s_meter.CreateHistogram<double>("learngene.jobs.wait", "s", "Time that a job's work waited for its lane, by kind.");
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>("learngene.jobs.duration", "s", "Time of a job's work on its lane, by kind and outcome: completed, failed or stopped.");
    private static readonly Counter<long> s_contributions = s_meter.CreateCounter<long>("learngene.contributions", description: "Contributions of federated clients, by outcome: accepted or refused.");
    private static readonly Counter<long> s_contributed = s_meter.CreateCounter<long>("learngene.contributions.size", "By", "Bytes of contributions, by outcome.");
    private static readonly Counter<long> s_rounds = s_meter.CreateCounter<long>("learngene.rounds", description: "Rounds that ended, by outcome: counted or missed (its quorum).");
    private static readonly Histogram<double> s_round = s_meter.CreateHistogram<double>("learngene.rounds.duration", "s", "Time of a round.");

    /// <summary>Shows the lanes of a silo.</summary>
    public GrainMeter(ComputeLanes lanes)
    {
        s_meter.CreateObservableGauge("learngene.lane.running", () => All(lanes, l => l.Sum(x => x.Running.Count)), description: "Pieces of work on a lane: device, reading or slots (of hosted clients).");
        s_meter.CreateObservableGauge("learngene.lane.queued", () => All(lanes, l => l.Sum(x => x.Queued)), description: "Pieces of work that wait for a lane.");
        s_meter.CreateObservableGauge("learngene.lane.busy", () => All(lanes, l => l.Average(x => x.Running.Count > 0 ? 1.0 : 0.0)), description: "Share of a lane's threads that work, 0 to 1.");
    }

    /// <summary>Begins each series before the first of its kind happens: a rate has something to begin from.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string outcome in (string[])["accepted", "refused"])
        {
            s_contributions.Add(0, Tag("outcome", outcome));
            s_contributed.Add(0, Tag("outcome", outcome));
        }
        foreach (string outcome in (string[])["counted", "missed"]) s_rounds.Add(0, Tag("outcome", outcome));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public static void Waited(Learngene.Jobs.JobKind kind, TimeSpan time) => s_wait.Record(time.TotalSeconds, Kind(kind));
    public static void Ended(Learngene.Jobs.JobKind kind, string outcome, TimeSpan time) => s_duration.Record(time.TotalSeconds, Kind(kind), Tag("outcome", outcome));

    public static void Contributed(bool counts, long bytes)
    {
        var outcome = Tag("outcome", counts ? "accepted" : "refused");
        s_contributions.Add(1, outcome);
        s_contributed.Add(bytes, outcome);
    }

    public static void Closed(bool counts, double seconds)
    {
        s_rounds.Add(1, Tag("outcome", counts ? "counted" : "missed"));
        s_round.Record(seconds);
    }

    private static IEnumerable<Measurement<T>> All<T>(ComputeLanes lanes, Func<IReadOnlyList<ComputeLane>, T> of) where T : struct =>
        [new(of([lanes.Device]), Tag("lane", "device")), new(of([lanes.Reading]), Tag("lane", "reading")), new(of(lanes.Slots), Tag("lane", "slots"))];

    private static KeyValuePair<string, object?> Kind(Learngene.Jobs.JobKind kind) => Tag("kind", Jobs.Work.JobWork.Name(kind));
    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
