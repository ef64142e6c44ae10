using Learngene.Jobs;
using Learngene.Learngenes;

namespace Learngene.Grains.Weights;

/// <summary>What may be collected: everything that no version and no job refers to and that was stored longer ago than the grace period.</summary>
internal sealed class WeightReferences(IGrainFactory grains, LearngeneOptions options, TimeProvider time)
{
    /// <summary>Gathers what is referred to.</summary>
    /// <returns>SHA-256 of all of it, and the moment before which the rest was stored that may go: taken first, so that whoever stores and refers within the grace period is seen one way or the other.</returns>
    public async Task<(IReadOnlySet<string> Referenced, DateTimeOffset WrittenBefore)> GatherAsync()
    {
        var old = time.GetUtcNow() - options.WeightGrace;
        var referenced = new HashSet<string>();
        foreach (string name in await grains.ListAsync(Catalogue.Learngenes))
            foreach (var version in await grains.GetGrain<ILearngeneRepositoryGrain>(name).Versions())
                referenced.Add(version.Weights.Sha256);
        foreach (string job in await grains.ListAsync(Catalogue.Jobs))
            foreach (var weights in await grains.GetGrain<ITransformationJobGrain>(job).References())
                referenced.Add(weights.Sha256);
        return (referenced, old);
    }
}
