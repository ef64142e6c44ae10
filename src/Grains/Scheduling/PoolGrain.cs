using System.Globalization;
using Learngene.Jobs;
using Learngene.Scheduling;
using Orleans.Storage;

namespace Learngene.Grains.Scheduling;

/// <summary>
/// The scheduler of a pool. Who has a device is written before the job hears of it, and survives; who waits is remembered here alone, and
/// known again as soon as all have asked again. Devices of silos that have gone are given anew.
/// </summary>
internal sealed class PoolGrain([PersistentState("pool")] IPersistentState<PoolRecord> state, ClusterDevices cluster, TimeProvider time) : Grain, IPoolGrain
{
    private const int MostWaiting = 10_000, ExactPlaces = 200; // in a longer queue places are told as of the last second
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1), s_silence = TimeSpan.FromSeconds(60), s_unclaimed = TimeSpan.FromSeconds(2), s_claimed = TimeSpan.FromSeconds(30);
    private readonly Durable<PoolRecord> _record = new(state);
    private readonly Dictionary<string, Waiter> _queue = [];
    private readonly Dictionary<string, Visit> _visits = [];
    private readonly HashSet<string> _lost = []; // who wait for another device in place of one that has gone
    private Dictionary<string, int>? _places; // of the queue, as of the last tick
    private DateTimeOffset _fairFrom; // before, not all who wait have asked
    private IGrainTimer? _timer;

    private string Pool => this.GetPrimaryKeyString();
    private PoolRecord Record => _record.Value;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Where devices were given before, others may be waiting that this activation does not know yet.
        _fairFrom = Record.Grants.Count > 0 ? time.GetUtcNow() + DeviceTurn.AskAgain : default;
        Tend();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        GrainMeter.NoPool(Pool);
        return Task.CompletedTask;
    }

    public async Task<Placement> Ask(DeviceRequest request, SiloAddress here)
    {
        var devices = cluster.Of(Pool);
        if (request.Short) return devices.Any(d => d.Suits(request)) ? At(FairShare.Best(request, here, devices)) : new(null, null, PoolWords.None(Pool, request, devices));
        if (!_queue.ContainsKey(request.Job) && _queue.Count >= MostWaiting)
            throw new RefusedException($"{MostWaiting} jobs wait in pool '{Pool}' already; try again when some are done.");
        if (Record.Grants.FirstOrDefault(g => g.Request.Job == request.Job) is not { } had || !cluster.IsThere(had.Silo) || had.Request != request)
        {
            if (_queue.Count < ExactPlaces && !_queue.ContainsKey(request.Job)) _places = null;
            _queue[request.Job] = new(request, here, time.GetUtcNow());
            Tend();
            await MatchAsync(devices, request.Job);
        }
        if (Record.Grants.FirstOrDefault(g => g.Request.Job == request.Job) is not { } grant) return new(null, null, Why(request, devices));
        _visits[request.Job] = new(time.GetUtcNow(), Claimed: grant.Silo == here);
        return new(grant.Silo, grant.Device, null);
    }

    public async Task Leave(string job)
    {
        if (_queue.Remove(job)) _places = null;
        _lost.Remove(job);
        if (Record.Grants.All(g => g.Request.Job != job)) return;
        await ChangeAsync(r => r.Grants.FirstOrDefault(g => g.Request.Job == job) is { } grant ? r.Without(grant, time.GetUtcNow()) : r);
        _visits.Remove(job);
        await MatchAsync(cluster.Of(Pool), null);
    }

    public Task<PoolStatus> Get()
    {
        var devices = cluster.Of(Pool);
        var share = new FairShare(Record, time.GetUtcNow());
        return Task.FromResult(new PoolStatus(
            Pool,
            [.. devices.Select(d => new PoolDevice(d.Silo.Endpoint.ToString(), d.Found.Name, d.Found.Kind, d.Found.Memory, d.Found.Threads, Record.Grants.FirstOrDefault(g => g.IsOf(d))?.Request.Job))],
            [.. share.Order(_queue.Values.Select(w => w.Request)).Select(r => new WaitingJob(r.Job, r.Need.User, r.Need.Priority, Why(r, devices)))]));
    }

    private async Task MatchAsync(IReadOnlyList<SiloDevice> devices, string? asking)
    {
        await GiveAsync(devices, asking);
        int taken = devices.Count(d => Record.Grants.Any(g => g.IsOf(d)));
        GrainMeter.Pool(Pool, _queue.Count, devices.Count - taken, taken);
    }

    // Takes devices from those whose silo has gone, who stand in the queue again, and gives what is free.
    private async Task GiveAsync(IReadOnlyList<SiloDevice> devices, string? asking)
    {
        var now = time.GetUtcNow();
        foreach (var gone in Record.Grants.Where(g => !cluster.IsThere(g.Silo) || (_queue.TryGetValue(g.Request.Job, out var w) && w.Request != g.Request)).ToList())
        {
            await ChangeAsync(r => r.Without(gone, now));
            _queue.TryAdd(gone.Request.Job, new(gone.Request, gone.Silo, now));
            _lost.Add(gone.Request.Job);
            _visits.Remove(gone.Request.Job);
        }
        var waiting = _queue.Values.Where(w => now >= _fairFrom || _lost.Contains(w.Request.Job)).Select(w => (w.Request, w.Here)).ToList();
        if (waiting.Count == 0) return;
        var free = devices.Where(d => !Record.Grants.Any(g => g.IsOf(d))).ToList();
        if (free.Count == 0) return;
        var given = new FairShare(Record, now).Assign(waiting, free);
        if (given.Count == 0) return;
        await ChangeAsync(r => r with { Grants = [.. r.Grants, .. given.Select(g => new DeviceGrant(g.Request, g.Device.Silo, g.Device.Found.Name, now))] });
        foreach (var (request, _) in given)
        {
            _queue.Remove(request.Job);
            _lost.Remove(request.Job);
            _visits[request.Job] = new(now, Claimed: false);
            if (request.Job != asking) VisitAsync(request.Job).Ignore();
        }
        _places = null;
    }

    private async Task TickAsync(CancellationToken token)
    {
        var now = time.GetUtcNow();
        _places = null;
        foreach (string silent in _queue.Where(q => now - q.Value.Asked > s_silence).Select(q => q.Key).ToList()) _queue.Remove(silent);
        await MatchAsync(cluster.Of(Pool), null);
        foreach (var grant in Record.Grants)
        {
            string job = grant.Request.Job;
            var visit = _visits.GetValueOrDefault(job) ?? new(default, Claimed: false);
            if (now - visit.At < (visit.Claimed ? s_claimed : s_unclaimed)) continue;
            _visits[job] = visit with { At = now };
            VisitAsync(job).Ignore();
        }
        if (_queue.Count > 0 || Record.Grants.Count > 0) return;
        _timer?.Dispose();
        _timer = null;
    }

    // Asks a job whether it wants what it has; never awaited in a turn, since the job may be asking here.
    private async Task VisitAsync(string job)
    {
        if (!await GrainFactory.GetGrain<ITransformationJobGrain>(job).Wake()) await this.AsReference<IPoolGrain>().Leave(job);
    }

    private void Tend() => _timer ??= Record.Grants.Count > 0 || _queue.Count > 0 ? this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(s_tick, s_tick) { KeepAlive = true }) : null;

    private string Why(DeviceRequest request, IReadOnlyList<SiloDevice> devices)
    {
        if (!devices.Any(d => d.Suits(request))) return PoolWords.None(Pool, request, devices);
        _places ??= new FairShare(Record, time.GetUtcNow()).Order(_queue.Values.Select(w => w.Request)).Select((r, i) => (r.Job, Place: i + 1)).ToDictionary(r => r.Job, r => r.Place);
        return string.Create(CultureInfo.InvariantCulture, $"waits in pool '{Pool}', {_places.GetValueOrDefault(request.Job, _queue.Count)} of {_queue.Count}: {devices.Count(d => d.Suits(request))} suitable devices, all taken.");
    }

    private static Placement At(SiloDevice device) => new(device.Silo, device.Found.Name, null);

    // Where another activation has written, this one ends; whoever asked asks again.
    private async Task ChangeAsync(Func<PoolRecord, PoolRecord> change)
    {
        try
        {
            await _record.ChangeAsync(change);
        }
        catch (InconsistentStateException e)
        {
            DeactivateOnIdle();
            throw new StorageUnavailableException($"pool '{Pool}' is looked after elsewhere.", e);
        }
    }

    private sealed record Waiter(DeviceRequest Request, SiloAddress Here, DateTimeOffset Asked);
    private sealed record Visit(DateTimeOffset At, bool Claimed);
}
