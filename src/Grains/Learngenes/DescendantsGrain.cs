using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Vision;

namespace Learngene.Grains.Learngenes;

/// <summary>
/// The descendants of one file. A request, with its defaults filled in, names its job, so equal requests meet in one job, whose result
/// stands for as long as its file is in the store.
/// </summary>
internal sealed class DescendantsGrain(IWeightStore store) : Grain, IDescendantsGrain
{
    public async Task<JobStatus> Descend(string learngene, string settings)
    {
        var (name, selector) = Names.Split(learngene);
        var version = await GrainFactory.GetGrain<ILearngeneRepositoryGrain>(name).Resolve(selector);
        var merged = Merged(version, settings);
        var spec = new JobSpec { Kind = JobKind.Descend, Model = version.Reference, Settings = merged };
        var job = GrainFactory.GetGrain<ITransformationJobGrain>(JobId(merged));
        JobStatus status;
        try
        {
            status = await job.Get();
        }
        catch (RefusedException)
        {
            return await job.Start(spec);
        }
        return status.State is JobState.Failed or JobState.Cancelled || (status.Result?.Weights is { } made && !await store.ExistsAsync(made)) ? await job.Resume() : status;
    }

    public async Task<SizeAnswer> Choose(string learngene, string budget)
    {
        var (name, selector) = Names.Split(learngene);
        var version = await GrainFactory.GetGrain<ILearngeneRepositoryGrain>(name).Resolve(selector);
        try
        {
            return SizeAdvice.For(version, budget);
        }
        catch (InvalidInputException e)
        {
            throw new RefusedException(e.Message);
        }
    }

    private static string Merged(LearngeneVersion version, string settings)
    {
        try
        {
            return JsonSerializer.Serialize(Wire.Descend(Wire.Config(version), settings, version.Reference), Json.Strict);
        }
        catch (InvalidInputException e)
        {
            throw new RefusedException(e.Message);
        }
    }

    private string JobId(string merged) =>
        "descend-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(this.GetPrimaryKeyString() + merged)))[..20];
}
