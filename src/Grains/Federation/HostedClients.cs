using Learngene.Federation;
using Learngene.Grains.Compute;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>Where hosted clients stand before the first round.</summary>
/// <param name="Cohorts">How many there are.</param><param name="Members">Every client and its cohort, the late ones last.</param><param name="SignatureBytes">Of the signatures, as they would travel.</param>
internal sealed record FormedCohorts(int Cohorts, IReadOnlyList<(string Client, int Cohort)> Members, long SignatureBytes);

/// <summary>Clients whose data is a part of a data set of the cluster: signs, puts into cohorts and measures them, several at a time.</summary>
internal sealed class HostedClients(ComputeLanes lanes, FederationWorkshop workshop)
{
    /// <summary>The cohort of every client, by the data that it has.</summary>
    public async Task<FormedCohorts> FormAsync(RunningFederation federation, bool hasCohorts)
    {
        var partition = federation.Settings.Partition;
        if (!hasCohorts) return new(1, [.. Enumerable.Range(0, partition.Clients).Select(i => (RunningFederation.ClientName(i), 0))], 0);
        var signatures = await EachAsync(federation, 0, partition.Clients, "sign", (client, _, _) => client.Sign().ToBytes());
        return await lanes.Reading.RunAsync($"cohorts of {federation.Name}", LanePriority.Urgent, 0, _ =>
        {
            var all = signatures.Select(s => Signature.Parse(s)).ToList();
            var known = all[..partition.Known];
            int[] cohorts = Clustering.Of(known, federation.Settings.GeneFl);
            var late = all.Skip(partition.Known).Select(s => Clustering.Nearest(s, known, cohorts));
            return new FormedCohorts(cohorts.Max() + 1, [.. cohorts.Concat(late).Select((cohort, i) => (RunningFederation.ClientName(i), cohort))], signatures.Sum(s => s.LongLength));
        }, default);
    }

    /// <summary>The images of each label that each client has.</summary>
    public Task<IReadOnlyList<IReadOnlyList<int>>> HistogramsAsync(RunningFederation federation) => lanes.Reading.RunAsync<IReadOnlyList<IReadOnlyList<int>>>(
        $"histograms of {federation.Name}", LanePriority.Urgent, 0, _ => [.. Enumerable.Range(0, federation.Partition.Clients).Select(c => (IReadOnlyList<int>)[.. federation.Partition.Histogram(c)])], default);

    /// <summary>The cohorts of clients that brought their signatures.</summary>
    public Task<int[]> ClusterAsync(RunningFederation federation, IReadOnlyList<byte[]> signatures) => lanes.Reading.RunAsync($"cohorts of {federation.Name}", LanePriority.Urgent, 0,
        _ => Clustering.Of([.. signatures.Select(s => Signature.Parse(s))], federation.Settings.GeneFl), default);

    /// <summary>What the learngene is worth to the known clients and to the late ones.</summary>
    public async Task<FederationEvaluation> EvaluateAsync(RunningFederation federation, FederationRecord record)
    {
        var (partition, evaluation, seed) = (federation.Settings.Partition, federation.Settings.Evaluation, federation.Settings.Seed);
        byte[]?[] initialisations = await workshop.WithModelAsync(federation, record.Model, record.Cohorts, m => Enumerable.Range(0, record.Cohorts).Select(m.Initialisation).ToArray());
        var known = !evaluation.Known ? [] : await EachAsync(federation, 0, partition.Known, "evaluate", (client, i, breathe) =>
            client.EvaluateKnown(initialisations[record.Hosted[i]], federation.Directory.Client(RunningFederation.ClientName(i)).Before(int.MaxValue), RoundWork.SeedOf(seed, 0, (ulong)i), breathe));
        var late = !evaluation.Late ? [] : await EachAsync(federation, partition.Known, partition.Clients - partition.Known, "evaluate", (client, i, breathe) =>
            client.EvaluateLate(initialisations[record.Hosted[i]], RoundWork.SeedOf(seed, 0, (ulong)i), breathe));
        return new()
        {
            Known = Mean(known, k => k.AfterDownload), KnownAsLeft = Mean(known, k => k.AsLeft),
            KnownTuned = known.Count == 0 ? [] : [.. Enumerable.Range(0, evaluation.FineTuneEpochs.Count).Select(e => known.Average(k => k.Tuned[e]))],
            Late = late.Count == 0 ? [] : [.. Enumerable.Range(0, evaluation.LateEpochs.Count).Select(e => late.Average(l => l.After[e]))],
            BytesToInitialise = partition.Known == partition.Clients ? initialisations.Average(i => (double)(i?.LongLength ?? 0))
                : Enumerable.Range(partition.Known, partition.Clients - partition.Known).Average(i => (double)(initialisations[record.Hosted[i]]?.LongLength ?? 0)),
        };
    }

    private static double? Mean(IReadOnlyList<KnownAccuracy> known, Func<KnownAccuracy, double> value) => known.Count == 0 ? null : known.Average(value);

    // Clients side by side, as many as there are slots; the results are in their order.
    private async Task<IReadOnlyList<T>> EachAsync<T>(RunningFederation federation, int first, int count, string what, Func<FederatedClient, int, Action, T> work)
    {
        var results = new List<T>(count);
        foreach (int[] some in Enumerable.Range(first, count).Chunk(4 * lanes.Slots.Count))
            results.AddRange(await Task.WhenAll(some.Select(i => lanes.FreeSlot.RunAsync($"{what} {federation.Name}", LanePriority.Training, 0, turn =>
            {
                using var client = federation.Client(i);
                return work(client, i, turn.Breathe);
            }, default))));
        return results;
    }
}
