namespace Learngene.Grains.Weights;

/// <summary>What a collection removed.</summary>
/// <param name="Weights">Weights nobody refers to.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="Temporaries">Remains of broken-off uploads and writers.</param>
internal readonly record struct Collected(int Weights, long Bytes, int Temporaries);

/// <summary>Removes weights nobody refers to.</summary>
/// <param name="store">Where from.</param>
internal sealed class WeightCollector(IWeightStore store)
{
    /// <summary>
    /// Removes what is not referred to and was last stored before a moment. Weights are stored first and referred to later, so that moment
    /// must lie before the references were gathered by more than any job takes from the one to the other,
    /// and than the clocks of silos and of a store elsewhere differ.
    /// </summary>
    /// <param name="referenced">SHA-256 of everything that is referred to, in lower case.</param>
    /// <param name="writtenBefore">What was stored, or left unfinished, since then stays.</param>
    /// <param name="dryRun">Only says what would go; temporaries are not counted then.</param>
    /// <param name="onRemoved">Told of each.</param>
    /// <param name="token">Stops between two of them.</param>
    /// <returns>What was removed.</returns>
    public Collected Collect(IReadOnlySet<string> referenced, DateTimeOffset writtenBefore, bool dryRun = false, Action<WeightRef>? onRemoved = null, CancellationToken token = default)
    {
        var collected = default(Collected);
        foreach (var (reference, written) in store.List().ToArray())
        {
            token.ThrowIfCancellationRequested();
            if (written >= writtenBefore || referenced.Contains(reference.Sha256) || !(dryRun || store.Delete(reference, writtenBefore)))
                continue;
            collected = collected with { Weights = collected.Weights + 1, Bytes = collected.Bytes + reference.Length };
            onRemoved?.Invoke(reference);
        }

        return dryRun ? collected : collected with { Temporaries = store.DeleteTemporaries(writtenBefore) };
    }
}
