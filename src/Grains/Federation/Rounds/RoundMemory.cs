using System.Collections.Concurrent;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>The large pieces of memory that a federation's rounds use one after the other, so that none is left to the collector.</summary>
internal sealed class RoundMemory
{
    private readonly ConcurrentBag<byte[]> _downloads = [];
    private Staging? _staging;
    private RoundAccumulator? _sums;

    /// <summary>Room for contributions of at least that length.</summary>
    public Staging Staging(int longest, string directory, TimeProvider time)
    {
        if (_staging is null) Rounds.Staging.Clear(directory);
        return _staging is { } known && known.Longest >= longest ? known : _staging = new(longest, directory, time);
    }

    /// <summary>Empty sums.</summary>
    public RoundAccumulator Sums(RoundTerms terms)
    {
        if (_sums is null || _sums.Cohorts != terms.Cohorts) return _sums = terms.Task.NewAccumulator(terms.Cohorts);
        _sums.Clear();
        return _sums;
    }

    /// <summary>What a client of each cohort starts from, encoded; null where that is the common seed.</summary>
    public SharedBytes?[] Downloads(FederationModel model, int round, IReadOnlyList<int>? plan) => [.. Enumerable.Range(0, model.Cohorts).Select(cohort =>
    {
        if (model.DownloadHeader(cohort, round, plan) is not { } header) return null;
        int length = checked((int)Payload.Length(model.Task.Layout, header));
        // One that is too short is left to the collector: plans differ from round to round, and the longest soon is what there is.
        byte[] buffer = _downloads.TryTake(out byte[]? known) && known.Length >= length ? known : GC.AllocateUninitializedArray<byte>(length);
        model.WriteDownload(header, cohort, buffer.AsSpan(0, length));
        return new SharedBytes(buffer, length, _downloads.Add);
    })];
}
