namespace Learngene.Vision.Federation;

/// <summary>What a round's contributions come to: per layer and cohort the mean difference, or whatever a robust rule puts in its place.</summary>
public abstract class RoundMean
{
    private protected RoundMean() { }

    /// <summary>Contributions behind it.</summary>
    public abstract int Contributions { get; }

    /// <summary>The mean of an accumulator, as it is at the moment of its use.</summary>
    public static RoundMean Of(RoundAccumulator accumulator) => new Accumulated(accumulator);

    /// <summary>Weight behind a layer's mean; 0 where nobody sent it.</summary>
    internal abstract long Weight(int layer, int slot);

    /// <summary>values += mean * step.</summary>
    internal abstract void AddTo(int layer, int slot, Span<float> values, double step);

    /// <summary>The clients' mean score of each layer; null where none were sent.</summary>
    internal abstract float[]? Scores { get; }

    private sealed class Accumulated(RoundAccumulator accumulator) : RoundMean
    {
        public override int Contributions => accumulator.Contributions;
        internal override float[]? Scores => accumulator.Scores;
        internal override long Weight(int layer, int slot) => accumulator.Weight(layer, slot);
        internal override void AddTo(int layer, int slot, Span<float> values, double step) => accumulator.AddMean(layer, slot, values, step);
    }
}
