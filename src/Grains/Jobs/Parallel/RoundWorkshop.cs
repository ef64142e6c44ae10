using Learngene.Grains.Compute;
using Learngene.Grains.Data;
using Learngene.Grains.Jobs.Work;
using Learngene.Grains.Weights;

namespace Learngene.Grains.Jobs;

/// <summary>Where rounds come to their end: on this silo's device, between two steps of whatever it does, since all its workers wait for it.</summary>
internal sealed class RoundWorkshop(ComputeLanes lanes, IWeightStore store, OpenDataSets dataSets)
{
    /// <summary>Averages a round.</summary>
    public async Task<JobOutcome> RunAsync(string job, JobRecord record, JobRun run, RoundPart round)
    {
        var device = lanes.Device(null);
        try
        {
            return await device.Lane.RunAsync($"{job} round {round.Round + 1}", LanePriority.Urgent, record.Created.UtcTicks, turn =>
            {
                run.Visit(turn);
                return JobWork.Run(new(record, run, store, dataSets, device.Torch) { Part = round });
            }, run.Token);
        }
        finally
        {
            run.Visit(null);
        }
    }

    /// <summary>Whether all of these files are there.</summary>
    public async Task<bool> HasAllAsync(IEnumerable<WeightRef?> files)
    {
        foreach (var file in files.OfType<WeightRef>())
            if (!await store.ExistsAsync(file)) return false;
        return true;
    }
}
