using Learngene.Grains.Jobs;
using Learngene.Jobs;
using Learngene.Scheduling;

namespace Learngene.Grains.Scheduling;

/// <summary>What of a job concerns its pool.</summary>
internal static class DeviceTurn
{
    /// <summary>How often one that waits asks again.</summary>
    public static TimeSpan AskAgain { get; } = TimeSpan.FromSeconds(5);

    /// <summary>What the job asks its pool for; null for what runs beside whatever has the device, wherever it is.</summary>
    public static DeviceRequest? Request(string job, JobRecord record)
    {
        var (spec, need) = (record.Spec!, record.Spec!.Needs ?? new());
        bool trains = spec.Kind is JobKind.Train or JobKind.LearnLets or JobKind.LearnDecomposition or JobKind.LearnBaseline or JobKind.Finetune or JobKind.TrainShard
            || (spec.Kind is JobKind.Decompose or JobKind.Initialise && spec.Data is not null);
        bool placed = spec.Kind == JobKind.Evaluate && spec.Needs is { } n && (n.Kind != DeviceKind.Any || n.Memory > 0 || n.Pool != DeviceNeed.DefaultPool);
        return trains || placed ? new(job, need, need.Memory > 0 ? need.Memory : record.Inputs.Memory, record.Created, Short: !trains) : null;
    }
}
