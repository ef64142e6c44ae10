using System.Collections.Concurrent;
using Learngene.Clients;
using Learngene.Grains.Compute;
using Learngene.Grains.Data;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation;

/// <summary>Where federations are carried out on this silo: their models, their rounds in progress, the lanes.</summary>
internal sealed class FederationWorkshop(RoundLanes lanes, OpenDataSets dataSets, OpenRounds rounds, LearngeneOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, RunningFederation> _running = [];

    /// <summary>A federation, as it is on this silo.</summary>
    public RunningFederation Of(string name, ClientTerms terms) =>
        _running.AddOrUpdate(name, n => new(n, terms, dataSets, options.FederationsDirectory), (n, known) =>
            known.Terms.Specification == terms.Specification ? known : new(n, terms, dataSets, options.FederationsDirectory));

    /// <summary>Opens a round: loads the model if need be, encodes what clients start from, and knows again what was accepted before a crash.</summary>
    /// <param name="federation">Whose.</param><param name="record">Its state; the round after its last one is opened.</param><param name="holds">Whether the federation is this silo's still; null where it cannot be another's.</param>
    public Task<OpenRound> OpenAsync(RunningFederation federation, FederationRecord record, Func<Task<bool>>? holds) => lanes.Folding.RunAsync($"round {record.Round + 1}", LanePriority.Urgent, 0, _ =>
    {
        var (round, cohorts) = (record.Round + 1, record.Cohorts);
        var model = ModelAfter(federation, record.Model, cohorts);
        var plan = model.Plan(round);
        var terms = new RoundTerms(federation.Name, round, federation.Task, cohorts, plan);
        var open = new OpenRound(terms, federation.Memory.Downloads(model, round, plan), federation.Memory, federation.Directory.Ledger(round, record.Epoch), lanes, time, holds);
        rounds.Add(open);
        return open;
    }, default);

    /// <summary>Closes a round: what its contributions come to becomes the model, which is on the disk when this returns.</summary>
    /// <param name="federation">Whose.</param><param name="record">Its state.</param><param name="open">The round.</param><param name="counts">Whether it has its quorum; else the model stays as it is.</param>
    /// <param name="clients">Clients that could have been asked.</param>
    public async Task<IReadOnlyList<Accepted>> CloseAsync(RunningFederation federation, FederationRecord record, OpenRound open, bool counts, int clients)
    {
        var sums = await open.SealAsync();
        return await lanes.Folding.RunAsync($"round {open.Terms.Round}", LanePriority.Urgent, 0, turn =>
        {
            var accepted = counts ? sums.Contributions : [];
            var mean = counts ? sums.Mean(turn.ThrowIfStopped) : RoundMean.Of(open.Terms.Task.NewAccumulator(open.Terms.Cohorts));
            var (model, key) = (ModelAfter(federation, record.Model, open.Terms.Cohorts), new ModelKey(open.Terms.Round, record.Epoch));
            federation.Model = null; // half applied it is no model
            model.Apply(open.Terms.Round, mean, clients);
            federation.Directory.WriteModel(key, model.Save);
            (federation.Model, federation.ModelKey) = (model, key);
            return accepted;
        }, default);
    }

    /// <summary>Lets go of a round whose outcome is written down, and of what only it and those before it needed.</summary>
    public Task SettleAsync(RunningFederation federation, FederationRecord record, OpenRound open) => lanes.Folding.RunAsync("settle", LanePriority.Urgent, 0, _ =>
    {
        rounds.Remove(open);
        open.Dispose();
        federation.Directory.Settle(record.Model);
        return true;
    }, default);

    /// <summary>Something of the model after a round.</summary>
    public Task<T> WithModelAsync<T>(RunningFederation federation, ModelKey key, int cohorts, Func<FederationModel, T> use) =>
        lanes.Folding.RunAsync("model", LanePriority.Urgent, 0, _ => use(ModelAfter(federation, key, cohorts)), default);

    /// <summary>Forgets the rounds in progress of a federation that ends here.</summary>
    public void Abandon(OpenRound? open)
    {
        if (open is null) return;
        rounds.Remove(open);
        open.Dispose();
    }

    private static FederationModel ModelAfter(RunningFederation federation, ModelKey key, int cohorts)
    {
        if (federation.Model is { } here && federation.ModelKey == key) return here;
        (federation.Model, federation.ModelKey) = (null, key);
        if (key.Round == 0) return federation.Model = FederationModel.Initial(federation.Task, cohorts);
        using var stream = new BufferedStream(federation.Directory.OpenModel(key), 1 << 20);
        return federation.Model = FederationModel.Load(stream, federation.Task);
    }
}
