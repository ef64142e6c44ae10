namespace Learngene.Grains.Weights;

/// <summary>What a collection removed.</summary>
/// <param name="Weights">Weights nobody refers to.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="Temporaries">Remains of broken-off uploads and writers.</param>
internal readonly record struct Collected(int Weights, long Bytes, int Temporaries);

/// <summary>Removes weights nobody refers to.</summary>
/// <param name="store">Where from.</param>
/// <param name="time">Says what is old.</param>
internal sealed class WeightCollector(IWeightStore store, TimeProvider time)
{
    /// <summary>
    /// Removes what is not referred to and was last stored longer ago than the grace period. Weights are stored first and referred to
    /// later, so the grace period must be longer than any job takes from the one to the other,
    /// and than the clocks of silos and of a shared volume differ.
    /// </summary>
    /// <param name="referenced">SHA-256 of everything that is referred to, in lower case.</param>
    /// <param name="grace">How long unreferenced weights, and unfinished uploads, are kept; not negative.</param>
    /// <returns>What was removed.</returns>
    public Collected Collect(IReadOnlySet<string> referenced, TimeSpan grace)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        var old = time.GetUtcNow() - grace;
        var collected = default(Collected);
        foreach (var (reference, written) in store.List().ToArray())
            if (written < old && !referenced.Contains(reference.Sha256) && store.Delete(reference, writtenBefore: old))
                collected = collected with { Weights = collected.Weights + 1, Bytes = collected.Bytes + reference.Length };
        return collected with { Temporaries = store.DeleteTemporaries(old) };
    }
}
