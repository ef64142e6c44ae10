namespace Learngene.Vision.Federation;

/// <summary>
/// Sums of what clients sent in a round, in fixed point, so that neither the order nor the grouping of the contributions changes a bit: each value
/// times weight times 2^30 is rounded once to a whole number. Contributions form a commutative group: add, merge, subtract, and the empty one.
/// Bounds, checked: |value| up to 1,024 and weights up to 2^22 in total, so that no sum overflows. Not for several threads at once.
/// </summary>
public sealed class RoundAccumulator
{
    /// <summary>Largest total weight of a layer.</summary>
    public const long MaxWeight = 1 << 22;
    /// <summary>Largest value that can be added.</summary>
    public const float MaxValue = 1024;

    internal RoundAccumulator() { }

    /// <summary>Contributions in it.</summary>
    public int Contributions => throw new NotImplementedException();
    /// <summary>Cohorts it keeps apart.</summary>
    public int Cohorts => throw new NotImplementedException();
    /// <summary>Memory of its sums.</summary>
    public long Bytes => throw new NotImplementedException();

    /// <summary>Adds a contribution; afterwards all of it is in, or, where it throws, none.</summary>
    /// <param name="upload">An opened payload that was checked.</param><param name="cohort">The client's, 0 to cohorts - 1.</param>
    /// <param name="weight">1 or more.</param><param name="scale">Factor of its values, 0..1.</param>
    /// <exception cref="PayloadException">A value or the weight is out of bounds.</exception>
    public void Add(PayloadReader upload, int cohort, long weight, double scale = 1) => throw new NotImplementedException();

    /// <summary>Takes a contribution out again, exactly.</summary>
    public void Subtract(PayloadReader upload, int cohort, long weight, double scale = 1) => throw new NotImplementedException();

    /// <summary>Adds what another one holds.</summary>
    public void Merge(RoundAccumulator other) => throw new NotImplementedException();

    /// <summary>Forgets everything; keeps its memory for the next round.</summary>
    public void Clear() => throw new NotImplementedException();

    /// <summary>Writes a snapshot.</summary>
    public void Save(Stream stream) => throw new NotImplementedException();

    /// <summary>Reads a snapshot of the same task.</summary>
    /// <exception cref="InvalidDataException">It is damaged or of another task.</exception>
    public static RoundAccumulator Load(Stream stream, FederatedTask task) => throw new NotImplementedException();
}
