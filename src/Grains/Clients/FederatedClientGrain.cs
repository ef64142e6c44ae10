using Learngene.Clients;
using Learngene.Federation;
using Learngene.Grains.Federation;
using Microsoft.Extensions.Logging;

namespace Learngene.Grains.Clients;

/// <summary>A client's durable state.</summary>
[GenerateSerializer, Immutable, Alias("learngene.client-record")]
internal sealed record ClientRecord
{
    /// <summary>What it said when it joined; null where it has not, or has left.</summary>
    [Id(0)] public ClientProfile? Profile { get; init; }
    [Id(1)] public Membership? Membership { get; init; }
}

/// <summary>One participant: what it said of itself, and its place. If it is hosted, its training.</summary>
internal sealed partial class FederatedClientGrain(
    [PersistentState("client")] IPersistentState<ClientRecord> state, HostedTraining training, TimeProvider time, ILogger<FederatedClientGrain> log) : Grain, IFederatedClientGrain
{
    private readonly Durable<ClientRecord> _record = new(state);
    private HostedOrder? _work; // the last given

    private string Client => this.GetPrimaryKeyString()[(this.GetPrimaryKeyString().LastIndexOf('/') + 1)..];
    private string FederationName => this.GetPrimaryKeyString()[..this.GetPrimaryKeyString().LastIndexOf('/')];
    private IFederationGrain Federation => GrainFactory.GetGrain<IFederationGrain>(FederationName);

    public async Task<Membership> Join(ClientProfile profile)
    {
        Names.RequireClient(Client);
        var (known, before) = (_record.Value.Profile, _record.Value.Membership);
        if (known is not null && known.DataHash == profile.DataHash && known.Samples == profile.Samples && before is { Cohort: >= 0 }) return before;
        var membership = await Federation.Join(Client, profile, known is not null);
        if (before is { Cohort: >= 0 } && before.Cohort != membership.Cohort) await GrainFactory.GetGrain<ICohortGrain>($"{FederationName}/{before.Cohort}").Remove(Client);
        await _record.ChangeAsync(_ => new() { Profile = profile, Membership = membership });
        await GrainFactory.Roster(FederationName, Client).Put(Client, membership);
        return membership;
    }

    public async Task<WorkOrder?> CheckIn(TimeSpan patience)
    {
        var membership = await MembershipAsync();
        return membership.Cohort < 0 ? null : await Federation.Offer(Client, membership, patience);
    }

    public async Task<Initialisation> Initialise() => await Federation.Initialise(Client, await MembershipAsync());

    public Task<byte[]?> Signature() => Task.FromResult(_record.Value.Profile?.Signature);

    public async Task Leave()
    {
        if (_record.Value.Membership is not { } membership) return;
        await Federation.Leave(Client);
        if (membership.Cohort >= 0) await GrainFactory.GetGrain<ICohortGrain>($"{FederationName}/{membership.Cohort}").Remove(Client);
        await GrainFactory.Roster(FederationName, Client).Remove(Client);
        await _record.ChangeAsync(_ => new());
    }

    public async Task Train(WorkOrder order)
    {
        var before = _work;
        if (before?.Latest.Round > order.Round) return; // of a round that is over
        if (before is { Done.Task.IsCompleted: false } && before.Latest.Round == order.Round)
        {
            before.Renew(order);
            return;
        }
        var mine = _work = new(order, time);
        if (before is not null)
        {
            before.End();
            await before.Done.Task; // what it keeps for the next round is this one's start
        }
        try
        {
            if (await training.RunAsync(FederationName, Client, mine, await Federation.Terms()) is { } refusal) await Federation.Drop(Client, order.Round, refusal);
        }
        catch (Exception e) when (e is OperationCanceledException || Outage.IsPassing(e))
        {
            // The silo stops, nobody has the round for now, or a call was lost on its way; the round asks again.
            LogAskedAgain(log, FederationName, Client, order.Round, e.Message);
        }
        catch (Exception e) // whatever it is costs the round this contribution and no other
        {
            LogFailed(log, FederationName, Client, order.Round, e);
            await Federation.Drop(Client, order.Round, $"it failed: {Jobs.JobError.Clean(e.Message)}");
        }
        finally
        {
            mine.Done.TrySetResult();
        }
    }

    // A client that joined before there were cohorts is put into one when there are.
    private async Task<Membership> MembershipAsync()
    {
        var record = _record.Value;
        if (record.Profile is null || record.Membership is null)
            throw new RefusedException($"client '{Client}' has not joined federation '{FederationName}'.");
        return record.Membership.Cohort >= 0 ? record.Membership : await Join(record.Profile);
    }

    [LoggerMessage(LogLevel.Information, "Federation {Federation}: client {Client} leaves round {Round} until it is asked again: {Reason}")]
    private static partial void LogAskedAgain(ILogger log, string federation, string client, int round, string reason);

    [LoggerMessage(LogLevel.Error, "Federation {Federation}: client {Client} failed in round {Round}")]
    private static partial void LogFailed(ILogger log, string federation, string client, int round, Exception e);
}
