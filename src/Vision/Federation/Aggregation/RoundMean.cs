namespace Learngene.Vision.Federation;

/// <summary>What a round's contributions come to: per layer and cohort the mean difference, or whatever a robust rule puts in its place.</summary>
public sealed class RoundMean
{
    internal RoundMean() { }

    /// <summary>Contributions behind it.</summary>
    public int Contributions => throw new NotImplementedException();

    /// <summary>The mean of an accumulator.</summary>
    public static RoundMean Of(RoundAccumulator accumulator) => throw new NotImplementedException();
}
