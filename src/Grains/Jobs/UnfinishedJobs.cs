using Learngene.Jobs;
using Learngene.Learngenes;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Learngene.Grains.Jobs;

/// <summary>At the silo's start, wakes the jobs that were not finished: waking one sets it going.</summary>
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
                else LogGoesOn(log, job, status.Step, status.Steps);
            }
            catch (RefusedException)
            {
                await grains.Shard(Catalogue.Unfinished, job).Remove(job); // noted, but never stored
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {Job} goes on from step {Step} of {Steps}")]
    private static partial void LogGoesOn(ILogger log, string job, long step, long steps);
}
