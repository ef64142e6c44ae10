using Learngene.Clients;
using Learngene.Federation;
using Learngene.Grains.Clients;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>Clients that come and go, and their cohorts.</summary>
internal sealed partial class FederationGrain
{
    private const int MostFounders = 1_000;
    private int[] _cohortSizes = [];

    private bool HasCohorts => Federation.Settings.Method == FederatedMethod.GeneFl && Federation.Settings.GeneFl.Cohorts > 1;

    public async Task<Membership> Join(string client, ClientProfile profile, bool known)
    {
        RequireKnown();
        if (Federation.IsHosted) throw new RefusedException($"federation '{Name}' is of clients that the cluster hosts (partition '{Federation.Settings.Partition.Kind.ToString().ToLowerInvariant()}'); only one with partition 'external' takes clients in.");
        FederationPlanner.CheckProfile(profile, Record.Data!, Federation.Settings, HasCohorts);
        bool late = Record.Round > 0 || Record.State is not (FederationState.Starting or FederationState.Running);
        int cohort = await CohortOfAsync(client, profile);
        if (!known)
        {
            _clients++;
            if (cohort >= 0 && cohort < _cohortSizes.Length) _cohortSizes[cohort]++;
        }
        News();
        Show();
        return new(cohort, profile.Samples, late);
    }

    public Task<IReadOnlyList<IReadOnlyList<int>>> Histograms()
    {
        RequireKnown();
        return Federation.IsHosted ? hosted.HistogramsAsync(Federation) : Task.FromResult<IReadOnlyList<IReadOnlyList<int>>>([]);
    }

    public Task Leave(string client)
    {
        RequireKnown();
        if (_clients > 0) _clients--;
        if (_leases.End(client)) _dropped.TryAdd(client, "it left");
        _leases.Forget(client);
        News();
        Show();
        return Task.CompletedTask;
    }

    public Task Drop(string client, int round, string reason)
    {
        if (_open?.Terms.Round != round) return Task.CompletedTask;
        DropFromRound(client, reason);
        News();
        return Task.CompletedTask;
    }

    public async Task<WorkOrder?> Offer(string client, Membership membership, TimeSpan patience)
    {
        RequireKnown();
        if (!Unfinished || Record.State == FederationState.Evaluating) return null;
        if (_leases.Of(client) is { } order)
        {
            if (_open?.Has(client) != true) return order;
            _leases.End(client); // it has contributed, and asks for the next before the round has looked
        }
        if (_open is { } open && !Record.Stopping && May(open, client) && _leases.Working + open.Count < Places && _leases.Waiting == 0)
            return Give(open, client, membership);
        if (patience <= TimeSpan.Zero) return null; // it does not wait, so nobody else has to hear of it
        var waiter = _leases.Wait(client, membership);
        News();
        try
        {
            return await waiter.Answer.Task.WaitAsync(patience < s_longPoll ? patience : s_longPoll, time);
        }
        catch (TimeoutException)
        {
            _leases.Forget(waiter);
            return waiter.Answer.Task.IsCompletedSuccessfully ? await waiter.Answer.Task : null;
        }
    }

    private async Task<int> CohortOfAsync(string client, ClientProfile profile)
    {
        if (!HasCohorts) return 0;
        if (Record.Cohorts == 0) return -1;
        if (Record.Founders.TryGetValue(client, out int founded)) return founded;
        var cohorts = Enumerable.Range(0, Record.Cohorts).Select(c => GrainFactory.GetGrain<ICohortGrain>($"{Name}/{c}")).ToList();
        double[] distances = await Task.WhenAll(cohorts.Select(c => c.Distance(profile.Signature!)));
        int nearest = Array.IndexOf(distances, distances.Min());
        await cohorts[nearest].Add([new(client, profile.Signature)]);
        return nearest;
    }

    // Once, before the first round: hosted clients by their data; others when enough of them have joined.
    private async Task FormCohortsAsync()
    {
        if (Federation.IsHosted)
        {
            var formed = await hosted.FormAsync(Federation, HasCohorts);
            await ChangeAsync(r => r with { State = FederationState.Running, Cohorts = formed.Cohorts, Hosted = [.. formed.Members.Select(m => m.Cohort)], BytesUp = r.BytesUp + formed.SignatureBytes });
            return;
        }
        if (!HasCohorts)
        {
            await ChangeAsync(r => r with { State = FederationState.Running, Cohorts = 1 });
            return;
        }
        var founders = await FoundersAsync();
        var signed = new List<(string Client, byte[] Signature)>();
        foreach (string client in founders)
            if (await GrainFactory.GetGrain<IFederatedClientGrain>($"{Name}/{client}").Signature() is { } signature) signed.Add((client, signature));
        int[] cohorts = signed.Count == 0 ? [] : await hosted.ClusterAsync(Federation, [.. signed.Select(s => s.Signature)]);
        int count = cohorts.Length == 0 ? 1 : cohorts.Max() + 1;
        for (int c = 0; c < count; c++)
            await GrainFactory.GetGrain<ICohortGrain>($"{Name}/{c}").Add([.. signed.Where((_, i) => cohorts[i] == c).Select(s => new CohortMember(s.Client, s.Signature))]);
        await ChangeAsync(r => r with
        {
            State = FederationState.Running, Cohorts = count, Founders = signed.Select((s, i) => (s.Client, Cohort: cohorts[i])).ToDictionary(s => s.Client, s => s.Cohort),
            BytesUp = r.BytesUp + signed.Sum(s => (long)s.Signature.Length),
        });
    }

    // Those who have joined, once they are enough: one that was counted may still be on its way into the roster.
    private async Task<IReadOnlyList<string>> FoundersAsync()
    {
        int enough = Math.Min(MostFounders, Federation.Settings.ClientsPerRound);
        while (true)
        {
            var news = _news.Task;
            if (_leaving) throw new OperationCanceledException();
            bool joined = _clients >= enough || Record.Stopping;
            if (joined && (await GrainFactory.ListRosterAsync(Name)).Take(MostFounders).Select(c => c.Key).ToList() is var founders && (founders.Count >= enough || Record.Stopping)) return founders;
            await Task.WhenAny(news, Task.Delay(joined ? s_look : s_longPoll, time));
        }
    }

    private async Task CohortSizesAsync()
    {
        int[] sizes = new int[Math.Max(1, Record.Cohorts)];
        IEnumerable<int> members = Federation.IsHosted ? Record.Hosted : (await GrainFactory.ListRosterAsync(Name)).Select(c => Record.Founders.GetValueOrDefault(c.Key, c.Value.Cohort));
        foreach (int cohort in members)
            if (cohort >= 0 && cohort < sizes.Length) sizes[cohort]++;
        _cohortSizes = sizes;
    }
}
