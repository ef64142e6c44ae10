using System.Threading.Channels;
using Learngene.Grains.Federation;
using Learngene.Grains.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Learngene.Grains;

/// <summary>
/// Sees other silos go, and wakes the work that they had: whoever wakes it first has it. What it misses is woken by the reminder of
/// <see cref="WakeGrain"/>.
/// </summary>
internal sealed partial class SiloWatch(IServiceProvider services, LearngeneOptions options, TimeProvider time, ILogger<SiloWatch> log) : BackgroundService, ISiloStatusListener
{
    private readonly Channel<SiloAddress> _gone = Channel.CreateBounded<SiloAddress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private long _count;

    /// <summary>Silos that have gone since this one started.</summary>
    public long Gone => Interlocked.Read(ref _count);

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, Orleans.Runtime.SiloStatus status)
    {
        if (status is not (Orleans.Runtime.SiloStatus.Dead or Orleans.Runtime.SiloStatus.Stopping)) return;
        Interlocked.Increment(ref _count);
        if (status == Orleans.Runtime.SiloStatus.Dead) _gone.Writer.TryWrite(updatedSilo);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Clustered) return;
        services.GetRequiredService<ISiloStatusOracle>().SubscribeToSiloStatusEvents(this);
        await foreach (var silo in _gone.Reader.ReadAllAsync(stoppingToken))
        {
            LogGone(log, silo);
            await Outage.OutlastAsync(() => WakeAsync(stoppingToken), () => !stoppingToken.IsCancellationRequested, time);
        }
    }

    /// <summary>Wakes all unfinished work.</summary>
    public async Task WakeAsync(CancellationToken token)
    {
        await services.GetRequiredService<UnfinishedJobs>().Execute(token);
        await services.GetRequiredService<UnfinishedFederations>().Execute(token);
    }

    [LoggerMessage(LogLevel.Warning, "Silo {Silo} has gone; its work is taken over")]
    private static partial void LogGone(ILogger log, SiloAddress silo);
}
