using Learngene.Grains.Weights;

namespace Learngene.Silo.Hosting;

/// <summary>Now and then removes weights that no version and no job refers to and that are older than the grace period.</summary>
internal sealed partial class WeightSweeper(WeightReferences references, IWeightStore store, TimeProvider time, ILogger<WeightSweeper> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            try
            {
                await SweepAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogPutOff(log, e); // what cannot be listed now is not collected now
            }
    }

    /// <summary>Sweeps once.</summary>
    public async Task<Collected> SweepAsync()
    {
        var (referenced, old) = await references.GatherAsync();
        var collected = await Task.Run(() => new WeightCollector(store).Collect(referenced, old));
        if (collected.Weights > 0) LogCollected(log, collected.Weights, collected.Bytes);
        return collected;
    }

    [LoggerMessage(LogLevel.Warning, "Collecting unreferenced weights was put off")]
    private static partial void LogPutOff(ILogger log, Exception e);
    [LoggerMessage(LogLevel.Information, "Collected {Files} unreferenced weights, {Bytes} bytes")]
    private static partial void LogCollected(ILogger log, int files, long bytes);
}
