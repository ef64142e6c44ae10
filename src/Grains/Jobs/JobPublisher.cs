using Learngene.Data;
using Learngene.Jobs;
using Learngene.Learngenes;

namespace Learngene.Grains.Jobs;

/// <summary>Makes what a job gave known: a version of a family, a data set, or a file that only the job refers to.</summary>
internal sealed class JobPublisher(IGrainFactory grains)
{
    /// <summary>May be repeated: a job's phase is one version, a data set is known once.</summary>
    /// <param name="job">The job's id.</param><param name="record">The job.</param><param name="outcome">What it or one of its phases gave.</param>
    public async Task<JobResult> PublishAsync(string job, JobRecord record, JobOutcome outcome)
    {
        if (outcome.Data is { } data)
        {
            var info = await grains.GetGrain<IDataSetGrain>(data.Name).Register(data);
            await grains.Shard(Catalogue.DataSets, info.Name).Add(info.Name);
            return new(info.Name, 0, null, null, null, 0);
        }
        if (outcome.Weights is null || record.Spec!.Name is not { } name)
            return new(null, 0, outcome.Weights, outcome.Kind, outcome.Config, outcome.Parameters);
        await grains.Shard(Catalogue.Learngenes, name).Add(name);
        var version = await grains.GetGrain<ILearngeneRepositoryGrain>(name).Publish(new()
        {
            Name = name, Kind = outcome.Kind!, Weights = outcome.Weights, Config = outcome.Config!, Preprocess = outcome.Preprocess,
            Parameters = outcome.Parameters, Parents = outcome.Parents, Job = job, Data = record.Inputs.Data?.Name, DataHash = record.Inputs.Data?.Hash,
            Settings = outcome.Settings, Metrics = outcome.Metrics, Phase = outcome.Phase,
        });
        return new(name, version.Version, version.Weights, version.Kind, version.Config, version.Parameters);
    }
}
