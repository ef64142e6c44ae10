using Learngene.Clients;
using Learngene.Federation;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>The rounds.</summary>
internal sealed partial class FederationGrain
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1), s_askAgain = TimeSpan.FromSeconds(5);
    private IReadOnlyList<int> _chosen = []; // hosted clients asked in the round in progress

    // Contributions that end the round in progress.
    private int Asked => Federation.IsHosted ? _chosen.Count : Federation.Settings.ClientsPerRound;

    private int Places => Federation.IsHosted ? 0 : (int)Math.Ceiling(Federation.Settings.ClientsPerRound * (1 + Federation.Settings.OverSelection));

    private async Task RunAsync()
    {
        if (Record.State == FederationState.Starting) await FormCohortsAsync();
        if (Record.State == FederationState.Running)
        {
            await CohortSizesAsync();
            while (Record.Round < Federation.Settings.Rounds && !Record.Stopping) await RoundAsync(Record.Round + 1);
            await ChangeAsync(r => r with { State = FederationState.Evaluating });
        }
        await CohortSizesAsync();
        var ended = await finish.RunAsync(Federation, Record);
        await EndAsync(r => r with { State = r.Stopping && r.Round < Federation.Settings.Rounds ? FederationState.Stopped : FederationState.Completed, Evaluation = ended.Evaluation, Result = ended.Result });
    }

    private async Task RoundAsync(int round)
    {
        long began = time.GetTimestamp();
        var open = _open = await workshop.OpenAsync(Federation, Record, hold.Of(this.GetGrainId(), Record.Epoch));
        _dropped.Clear();
        _given.Clear();
        _leases.Clear();
        if (Federation.IsHosted) AskHosted(open);
        ServeWaiting();
        Show();
        bool counts = await GatherAsync(open, began);
        await CloseAsync(open, counts, began);
    }

    // Until the round is to be closed; tells whether it has its quorum.
    private async Task<bool> GatherAsync(OpenRound open, long began)
    {
        var settings = Federation.Settings;
        int quorum = Math.Min(settings.Quorum!.Value, Math.Max(1, Asked));
        var deadline = TimeSpan.FromSeconds(settings.Deadline);
        int shown = -1;
        long gone = silos.Gone, asked = time.GetTimestamp();
        while (true)
        {
            var (news, changed) = (_news.Task, open.Changed);
            if (_leaving) throw new OperationCanceledException();
            foreach (var (client, reason) in open.TakeInvalid()) DropFromRound(client, reason);
            foreach (string client in open.TakeFresh()) _leases.End(client);
            foreach (string client in _leases.Expire()) DropFromRound(client, $"its lease of {settings.Lease} s is over");
            ServeWaiting();
            if (Federation.IsHosted && (gone != silos.Gone || time.GetElapsedTime(asked) > s_askAgain))
            {
                (gone, asked) = (silos.Gone, time.GetTimestamp());
                AskHosted(open); // some may have been training on a silo that has gone, never have heard, or found nobody who took what they had
            }
            // First whether all have contributed and then how many: they come in meanwhile, and a count from before would miss the last.
            bool all = Federation.IsHosted && _chosen.All(c => RunningFederation.ClientName(c) is var n && (open.Has(n) || _dropped.ContainsKey(n)));
            int count = open.Count;
            bool late = time.GetElapsedTime(began) >= deadline;
            if (count >= Asked && !Federation.IsHosted) return true;
            if (all) return count >= quorum;
            if (count >= quorum && (late || Record.Stopping || (!Federation.IsHosted && _leases.Working == 0 && _leases.Waiting == 0 && _dropped.Count > 0))) return true;
            if (Record.Stopping && !Federation.IsHosted && _leases.Working == 0) return false;
            if (count != shown)
            {
                shown = count;
                Show();
            }
            // The store of contributions wakes it, a lease that ends, the deadline, and now and then a look around.
            var patience = late ? s_look : deadline - time.GetElapsedTime(began);
            if (_leases.UntilNext is { } next && next < patience) patience = next;
            await Task.WhenAny(news, changed, Task.Delay(patience > s_look ? s_look : patience < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : patience, time));
        }
    }

    private async Task CloseAsync(OpenRound open, bool counts, long began)
    {
        int round = open.Terms.Round;
        var accepted = await workshop.CloseAsync(Federation, Record, open, counts, Federation.IsHosted ? Federation.Settings.Partition.Known : (int)Math.Max(1, _clients));
        foreach (var late in _leases.Names) DropFromRound(late, "it was too late");
        if (!counts) foreach (var one in open.Accepted) _dropped.TryAdd(one.Client, $"the round missed its quorum of {Federation.Settings.Quorum}");
        var summary = RoundSummaries.Of(open, accepted, _dropped, Given(open), time.GetElapsedTime(began).TotalSeconds) with { Epoch = Record.Epoch };
        await GrainFactory.Page(Name, round).Put(summary);
        await ChangeAsync(r => r with { Round = round, ModelEpoch = r.Epoch, BytesUp = r.BytesUp + summary.BytesUp, BytesDown = r.BytesDown + summary.BytesDown });
        _open = null;
        _leases.Clear();
        await workshop.SettleAsync(Federation, Record, open);
        if (Federation.Settings.PublishEvery is > 0 and var every && round % every == 0) await finish.PublishAsync(Federation, Record, round);
        Show();
    }

    // Bytes of what the clients of the round downloaded: of hosted clients all that were asked did.
    private long Given(OpenRound open) => Federation.IsHosted
        ? _chosen.Sum(c => open.DownloadBytes(Record.Hosted[c]))
        : open.Accepted.Where(a => !_given.ContainsKey(a.Client)).Sum(a => open.DownloadBytes(a.Cohort)) + _given.Values.Sum();

    private void AskHosted(OpenRound open)
    {
        var settings = Federation.Settings;
        var scenario = new Scenario(settings.Scenario);
        var present = scenario.Present(settings.Partition.Known, open.Terms.Round);
        int wanted = (int)Math.Ceiling(settings.ClientsPerRound * (1 + settings.OverSelection));
        _chosen = [.. Participants.Choose(settings.Seed, open.Terms.Round, present.Count, wanted).Select(i => present[i])];
        foreach (int client in _chosen)
        {
            string name = RunningFederation.ClientName(client);
            if (open.Has(name) || _dropped.ContainsKey(name)) continue;
            if (scenario.Loss(client, open.Terms.Round) is { } reason)
            {
                _dropped[name] = reason;
                continue;
            }
            var order = orders.Of(open, name, (ulong)client, Record.Hosted[client], settings.Aggregation.MaxSamples, hosted: true);
            GrainFactory.GetGrain<IFederatedClientGrain>($"{Name}/{name}").Train(order).Ignore();
        }
    }

    // Gives the round's work to those who wait longest, while there are places.
    private void ServeWaiting()
    {
        if (Federation.IsHosted || _open is not { } open || Record.Stopping) return;
        while (_leases.Working + open.Count < Places && _leases.Next(w => May(open, w.Client)) is { } waiter)
            if (waiter.Answer.TrySetResult(Give(open, waiter.Client, waiter.Membership)) is false)
                _leases.End(waiter.Client);
    }

    private bool May(OpenRound open, string client) => !open.Has(client) && !_dropped.ContainsKey(client);

    private WorkOrder Give(OpenRound open, string client, Membership membership)
    {
        int cohort = Math.Clamp(membership.Cohort, 0, Record.Cohorts - 1);
        var order = orders.Of(open, client, RoundOrders.Number(client), cohort, Math.Min(membership.Samples, Federation.Settings.Aggregation.MaxSamples), hosted: false);
        _leases.Give(client, order);
        _given[client] = order.DownloadBytes;
        return order;
    }

    private void DropFromRound(string client, string reason)
    {
        _leases.End(client);
        if (_open?.Has(client) != true) _dropped.TryAdd(client, reason);
    }
}
