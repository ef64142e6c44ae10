using Learngene.Jobs;
using Orleans.Concurrency;

namespace Learngene.Learngenes;

/// <summary>The descendants of one learngene file; the key is its SHA-256. Equal requests, at once or years apart, share one computation.</summary>
[Alias("learngene.descendants")]
public interface IDescendantsGrain : IGrainWithStringKey
{
    /// <summary>The job that makes or has made this descendant; watch it until it ends.</summary>
    /// <param name="learngene">NAME[@V] of the learngene, whose file is this grain's key.</param>
    /// <param name="settings">JSON of width, depth, select, rows, seed, ...: a difference to the defaults.</param>
    /// <exception cref="RefusedException">The size or the selection is not to be had.</exception>
    [Alias("Descend"), ResponseTimeout("00:00:25")] Task<JobStatus> Descend(string learngene, string settings);

    /// <summary>The best size within a budget, without making it.</summary>
    /// <param name="learngene">NAME[@V] of the learngene, whose file is this grain's key.</param>
    /// <param name="budget">JSON of maxParams, maxFlops, maxBytes, maxLatency, type, deviceProfile, components (docs/budgets.md).</param>
    /// <exception cref="RefusedException">The budget is none, or nothing fits it; says what the smallest is.</exception>
    [Alias("Choose"), AlwaysInterleave, ResponseTimeout("00:00:25")] Task<SizeAnswer> Choose(string learngene, string budget);
}
