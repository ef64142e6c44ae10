using Learngene.Clients;
using Learngene.Federation;
using Learngene.Grains.Clients;
using Learngene.Grains.Federation.Rounds;
using Learngene.Grains.Jobs;
using Learngene.Grains.Weights;
using Learngene.Learngenes;
using Learngene.Vision.Federation;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Learngene.Grains.Federation;

/// <summary>
/// One federation. What must survive is in the record, in the model's file and in the ledger of the round in progress, each written before
/// it is shown; leases and those who wait are in memory. A record that has not ended is work to go on with: whoever activates the grain
/// sets it going.
/// </summary>
internal sealed partial class FederationGrain(
    [PersistentState("federation")] IPersistentState<FederationRecord> state, FederationPlanner planner, FederationWorkshop workshop, FederationFinish finish, HostedClients hosted, RoundOrders orders,
    FederationHold hold, SiloWatch silos, TimeProvider time, ILogger<FederationGrain> log)
    : Grain, IFederationGrain
{
    private static readonly TimeSpan s_longPoll = TimeSpan.FromSeconds(15), s_watch = TimeSpan.FromSeconds(3);
    private readonly Durable<FederationRecord> _record = new(state);
    private readonly Leases _leases = new(time);
    private readonly Dictionary<string, string> _dropped = []; // of the round in progress, and why
    private readonly Dictionary<string, long> _given = []; // bytes of the downloads that clients of the round in progress were given
    private RunningFederation? _federation;
    private OpenRound? _open;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously), _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _work = Task.CompletedTask;
    private IGrainTimer? _awake;
    private bool _leaving;
    private long _revision, _clients;

    private string Name => this.GetPrimaryKeyString();
    private FederationRecord Record => _record.Value;
    private RunningFederation Federation => _federation ??= workshop.Of(Name, FederationPlanner.Terms(Record));
    private bool Unfinished => Record.Specification is not null && Record.State is FederationState.Starting or FederationState.Running or FederationState.Evaluating;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _revision = time.GetUtcNow().UtcTicks;
        if (Record.Specification is not null && !Federation.IsHosted) _clients = (await GrainFactory.ListRosterAsync(Name)).Count;
        if (Unfinished) Begin();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _leaving = true;
        News();
        await Task.WhenAny(_work, Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
        workshop.Abandon(_open);
    }

    public async Task<FederationStatus> Start(string specification)
    {
        var plan = await planner.PlanAsync(Name, specification);
        if (Record.Specification is { } known)
        {
            if (known != plan.Specification) throw new RefusedException($"federation '{Name}' exists with another specification; choose another name.");
            if (Record.State != FederationState.Failed) return Status();
            await GrainFactory.Shard(Catalogue.Federating, Name).Add(Name);
            await ChangeAsync(r => r with { State = r.Cohorts == 0 ? FederationState.Starting : FederationState.Running, Error = null });
        }
        else
        {
            await GrainFactory.Shard(Catalogue.Federating, Name).Add(Name);
            await GrainFactory.Shard(Catalogue.Federations, Name).Add(Name);
            await ChangeAsync(_ => plan with { Created = time.GetUtcNow() });
        }
        Begin();
        return Status();
    }

    public Task<FederationStatus> Get() => Task.FromResult(Status());

    public async Task<FederationStatus> Watch(long revision)
    {
        RequireKnown();
        if (revision == _revision)
            try
            {
                await _changed.Task.WaitAsync(s_watch, time);
            }
            catch (TimeoutException)
            {
                // Nothing new: say so.
            }
        return Status();
    }

    public async Task<IReadOnlyList<RoundSummary>> History(int after)
    {
        RequireKnown();
        const int mostPages = 256 / RoundHistory.PageLength;
        int first = Math.Max(0, after) + 1, last = Math.Min(Record.Round, first + mostPages * RoundHistory.PageLength - 1);
        if (first > last) return [];
        int firstPage = (first - 1) / RoundHistory.PageLength, lastPage = (last - 1) / RoundHistory.PageLength;
        var pages = await Task.WhenAll(Enumerable.Range(firstPage, lastPage - firstPage + 1).Select(p => GrainFactory.GetGrain<IRoundHistoryGrain>($"{Name}/{p}").List()));
        return [.. pages.SelectMany(p => p).Where(r => r.Round >= first && r.Round <= last).Take(256)];
    }

    public async Task<FederationStatus> Stop()
    {
        RequireKnown();
        if (Unfinished && !Record.Stopping)
        {
            await ChangeAsync(r => r with { Stopping = true });
            News();
        }
        return Status();
    }

    public Task<ClientTerms> Terms()
    {
        RequireKnown();
        return Task.FromResult(FederationPlanner.Terms(Record));
    }

    public async Task<Initialisation> Initialise(string client, Membership membership)
    {
        RequireKnown();
        if (Record.Cohorts == 0) throw new RefusedException($"federation '{Name}' has not formed its cohorts; come back when its first round has opened.");
        int round = Record.Round, cohort = Math.Clamp(membership.Cohort, 0, Record.Cohorts - 1);
        long bytes = await workshop.WithModelAsync(Federation, Record.Model, Record.Cohorts, m => m.Initialisation(cohort)?.LongLength ?? 0);
        return new(cohort, round, bytes == 0 ? null : orders.InitialisationUrl(Name, round, client, cohort, bytes), bytes);
    }

    private void Begin()
    {
        if (!_work.IsCompleted) return;
        // A timer keeps the grain awake while its rounds go on, and lets it look at leases.
        _awake ??= this.RegisterGrainTimer(_ => Task.CompletedTask, new GrainTimerCreationOptions(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)) { KeepAlive = true });
        _work = CarryOutAsync();
    }

    private async Task CarryOutAsync()
    {
        try
        {
            while (!await TryRunAsync() && !_leaving) await Outage.PauseAsync(time);
        }
        catch (OperationCanceledException) when (_leaving)
        {
            // The silo stops; the record still says that there is work, so the next start goes on.
        }
        catch (InconsistentStateException e)
        {
            LogSuperseded(log, Name, e);
            workshop.Abandon(_open);
            _open = null;
            DeactivateOnIdle();
        }
        catch (Exception e) // whatever it is ends this federation's work and no other's
        {
            LogFailed(log, Name, e);
            workshop.Abandon(_open);
            _open = null;
            await EndAsync(r => r with { State = FederationState.Failed, Error = JobError.Clean(e.Message) });
        }
    }

    // Until the rounds are done, or the storage goes away, or the disk is full: what is in the store and in the ledger is where it goes on, as after a crash.
    private async Task<bool> TryRunAsync()
    {
        try
        {
            if (hold.Needed) await ChangeAsync(r => r with { Epoch = r.Epoch + 1 });
            await RunAsync();
            return true;
        }
        catch (Exception e) when (Outage.IsPassing(e) || (e is IOException io && io.IsDiskFull()))
        {
            LogPaused(log, Name, e);
            workshop.Abandon(_open);
            _open = null;
            return false;
        }
    }

    // The end is written however long the store refuses: until then the federation is not shown as ended.
    private async Task EndAsync(Func<FederationRecord, FederationRecord> end)
    {
        while (true)
            try
            {
                await ChangeAsync(end);
                break;
            }
            catch (Exception e) when (!_leaving && e is not InconsistentStateException)
            {
                LogNotWritten(log, Name, e);
                await Task.Delay(TimeSpan.FromSeconds(2), time);
            }
        _awake?.Dispose();
        _awake = null;
        while (_leases.Next(_ => true) is { } waiter) waiter.Answer.TrySetResult(null);
        await Outage.OutlastAsync(() => GrainFactory.Shard(Catalogue.Federating, Name).Remove(Name), () => !_leaving, time);
    }

    private async Task ChangeAsync(Func<FederationRecord, FederationRecord> change)
    {
        if (await _record.ChangeAsync(change)) Show();
    }

    // Wakes the round loop.
    private void News()
    {
        var news = _news;
        _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        news.SetResult();
    }

    private void Show()
    {
        _revision++;
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private FederationStatus Status()
    {
        RequireKnown();
        var progress = _open is { } open
            ? new RoundProgress(open.Terms.Round, Asked, open.Count, _leases.Working, _leases.Waiting) : null;
        return FederationView.Of(Name, Record, progress, Federation.IsHosted ? Federation.Settings.Partition.Known : _clients, _cohortSizes) with { Revision = _revision };
    }

    private void RequireKnown()
    {
        if (Record.Specification is null) throw new RefusedException($"there is no federation '{Name}'; 'learngene federate list' shows those there are.");
    }
}
