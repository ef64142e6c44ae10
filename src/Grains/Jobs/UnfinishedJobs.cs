using Learngene.Jobs;
using Learngene.Learngenes;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Learngene.Grains.Jobs;

/// <summary>Wakes the jobs that are not finished, at the silo's start and now and then: waking one sets it going, and disturbs none that runs.</summary>
internal sealed partial class UnfinishedJobs(IGrainFactory grains, ILogger<UnfinishedJobs> log) : IStartupTask
{
    public async Task Execute(CancellationToken cancellationToken)
    {
        foreach (string job in await grains.ListAsync(Catalogue.Unfinished))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var status = await grains.GetGrain<ITransformationJobGrain>(job).Get();
                if (status.Ended) await grains.Shard(Catalogue.Unfinished, job).Remove(job);
                else if (status.State != JobState.Running) LogGoesOn(log, job, status.Step, status.Steps);
            }
            catch (RefusedException)
            {
                // Noted, but never stored: its start was not finished, and may be repeated.
            }
            catch (Exception e) // one record that cannot be read keeps no other job, and no silo, from starting
            {
                LogNotRead(log, job, e);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Job {Job} cannot be read and does not go on")]
    private static partial void LogNotRead(ILogger log, string job, Exception e);
    [LoggerMessage(LogLevel.Information, "Job {Job} goes on from step {Step} of {Steps}")]
    private static partial void LogGoesOn(ILogger log, string job, long step, long steps);
}
