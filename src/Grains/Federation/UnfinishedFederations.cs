using Learngene.Federation;
using Learngene.Learngenes;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Learngene.Grains.Federation;

/// <summary>At the silo's start, wakes the federations that were not finished: waking one sets it going.</summary>
internal sealed partial class UnfinishedFederations(IGrainFactory grains, ILogger<UnfinishedFederations> log) : IStartupTask
{
    public async Task Execute(CancellationToken cancellationToken)
    {
        foreach (string federation in await grains.ListAsync(Catalogue.Federating))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var status = await grains.GetGrain<IFederationGrain>(federation).Get();
                if (status.Ended) await grains.Shard(Catalogue.Federating, federation).Remove(federation);
                else LogGoesOn(log, federation, status.Round, status.Rounds);
            }
            catch (RefusedException)
            {
                // Noted, but never stored: its start was not finished, and may be repeated.
            }
            catch (Exception e) // one record that cannot be read keeps no other federation, and no silo, from starting
            {
                LogNotRead(log, federation, e);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Federation {Federation} cannot be read and does not go on")]
    private static partial void LogNotRead(ILogger log, string federation, Exception e);
    [LoggerMessage(LogLevel.Information, "Federation {Federation} goes on after round {Round} of {Rounds}")]
    private static partial void LogGoesOn(ILogger log, string federation, int round, int rounds);
}
