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
    public Task<OpenRound> OpenAsync(RunningFederation federation, int round, int cohorts) => lanes.Folding.RunAsync($"round {round}", LanePriority.Urgent, 0, _ =>
    {
        var model = ModelAfter(federation, round - 1, cohorts);
        var plan = model.Plan(round);
        var terms = new RoundTerms(federation.Name, round, federation.Task, cohorts, plan);
        var open = new OpenRound(terms, federation.Memory.Downloads(model, round, plan), federation.Memory, federation.Directory.Ledger(round), lanes, time);
        rounds.Add(open);
        return open;
    }, default);

    /// <summary>Closes a round: what its contributions come to becomes the model, which is on the disk when this returns.</summary>
    /// <param name="federation">Whose.</param><param name="open">The round.</param><param name="counts">Whether it has its quorum; else the model stays as it is.</param>
    /// <param name="clients">Clients that could have been asked.</param>
    public async Task<IReadOnlyList<Accepted>> CloseAsync(RunningFederation federation, OpenRound open, bool counts, int clients)
    {
        var sums = await open.SealAsync();
        return await lanes.Folding.RunAsync($"round {open.Terms.Round}", LanePriority.Urgent, 0, turn =>
        {
            var accepted = counts ? sums.Contributions : [];
            var mean = counts ? sums.Mean(turn.ThrowIfStopped) : RoundMean.Of(open.Terms.Task.NewAccumulator(open.Terms.Cohorts));
            var model = ModelAfter(federation, open.Terms.Round - 1, open.Terms.Cohorts);
            federation.Model = null; // half applied it is no model
            model.Apply(open.Terms.Round, mean, clients);
            federation.Directory.WriteModel(open.Terms.Round, model.Save);
            federation.Model = model;
            return accepted;
        }, default);
    }

    /// <summary>Lets go of a round whose outcome is written down, and of what only it and those before it needed.</summary>
    public Task SettleAsync(RunningFederation federation, OpenRound open) => lanes.Folding.RunAsync("settle", LanePriority.Urgent, 0, _ =>
    {
        rounds.Remove(open);
        open.Dispose();
        federation.Directory.Settle(open.Terms.Round);
        return true;
    }, default);

    /// <summary>Something of the model after a round.</summary>
    public Task<T> WithModelAsync<T>(RunningFederation federation, int round, int cohorts, Func<FederationModel, T> use) =>
        lanes.Folding.RunAsync("model", LanePriority.Urgent, 0, _ => use(ModelAfter(federation, round, cohorts)), default);

    /// <summary>Forgets the rounds in progress of a federation that ends here.</summary>
    public void Abandon(OpenRound? open)
    {
        if (open is null) return;
        rounds.Remove(open);
        open.Dispose();
    }

    private static FederationModel ModelAfter(RunningFederation federation, int round, int cohorts)
    {
        if (federation.Model is { } here && here.Round == round) return here;
        if (round == 0) return federation.Model = FederationModel.Initial(federation.Task, cohorts);
        using var stream = new BufferedStream(federation.Directory.OpenModel(round), 1 << 20);
        return federation.Model = FederationModel.Load(stream, federation.Task);
    }
}
