using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>The large pieces of memory that a federation's rounds use one after the other, so that none is left to the collector.</summary>
internal sealed class RoundMemory
{
    private Staging? _staging;
    private RoundAccumulator? _sums;

    /// <summary>Buffers of at least that length.</summary>
    public Staging Staging(int longest) => _staging is { } known && known.Longest >= longest ? known : _staging = new(longest);

    /// <summary>Empty sums.</summary>
    public RoundAccumulator Sums(RoundTerms terms)
    {
        if (_sums is null || _sums.Cohorts != terms.Cohorts) return _sums = terms.Task.NewAccumulator(terms.Cohorts);
        _sums.Clear();
        return _sums;
    }
}
