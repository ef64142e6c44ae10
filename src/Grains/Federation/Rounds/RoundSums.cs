using Learngene.Vision.Federation;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>
/// A round's contributions added up, in memory and in its ledger. Where the contributions are small against the sums, or all of them are
/// needed at the end, the ledger keeps each; else it keeps the sums now and then. Folding and snapshots belong to one lane, appending
/// contributions to another; commits take turns.
/// </summary>
internal sealed class RoundSums : IDisposable
{
    // A contribution longer than this part of the sums is not kept: a few of them would be as much to write as the sums.
    private const int KeptPart = 8, AlwaysKept = 32 * 1024;
    private readonly RoundTerms _terms;
    private readonly Ledger _ledger;
    private readonly Dictionary<string, Accepted> _folded = [];
    private readonly List<LedgerRecord> _kept = [];
    private readonly HashSet<string> _onDisk = [];
    private readonly RoundAccumulator? _sums;
    private volatile bool _closed;

    /// <summary>Opens the ledger at a path and adds up what is in it.</summary>
    public RoundSums(RoundTerms terms, RoundMemory memory, string path)
    {
        (_terms, _ledger) = (terms, Ledger.Open(path));
        try
        {
            if (!terms.Robust) _sums = memory.Sums(terms);
            Keeps = terms.Robust || terms.LongestContribution <= Math.Max(AlwaysKept, _sums!.Bytes / KeptPart);
            int snapshot = _ledger.Records.ToList().FindLastIndex(r => r.Kind == LedgerKind.Snapshot);
            if (snapshot >= 0) _sums = Recover(_ledger.Records[snapshot]);
            foreach (var record in _ledger.Records.Skip(snapshot + 1)) Replay(record);
            Recovered = [.. _folded.Values];
            _onDisk.UnionWith(_folded.Keys);
        }
        catch
        {
            _ledger.Dispose();
            throw;
        }
    }

    /// <summary>Whether each contribution goes into the ledger as it is.</summary>
    public bool Keeps { get; }

    /// <summary>What the ledger held when it was opened.</summary>
    public IReadOnlyList<Accepted> Recovered { get; }

    /// <summary>What is in the sums, by client.</summary>
    public IReadOnlyList<Accepted> Contributions => [.. _folded.Values.OrderBy(a => a.Client, StringComparer.Ordinal)];

    /// <summary>Checks a contribution and adds it; one of a client whose contribution is in the sums is not added again.</summary>
    /// <exception cref="PayloadException">It is not what it should be; the sums are as they were.</exception>
    /// <exception cref="RoundMovedException">The round was let go of; the memory of its sums may be another's.</exception>
    public Folded Fold(string client, int cohort, long mostSamples, ReadOnlyMemory<byte> bytes)
    {
        if (_closed) throw new RoundMovedException();
        if (_folded.TryGetValue(client, out var known)) return new(known, bytes);
        var payload = PayloadReader.Open(bytes, _terms.Task.Layout);
        var header = payload.Header;
        if (header.Samples < 1 || header.Samples > mostSamples)
            throw new PayloadException($"the contribution claims {header.Samples} images; the client joined with {mostSamples}.");
        double scale = _terms.Task.Check(payload, _terms.Round, _terms.Plan);
        _sums?.Add(payload, cohort, _terms.Task.Weight(header.Samples), scale);
        var meta = new Accepted(client, cohort, header.Samples, bytes.Length, header.Loss, header.Accuracy, scale);
        _folded.Add(client, meta);
        return new(meta, bytes);
    }

    /// <summary>Writes contributions as they are; returns when they are on the disk.</summary>
    public bool Keep(IReadOnlyList<Folded> batch)
    {
        long before = _ledger.Length;
        var records = new List<LedgerRecord>();
        try
        {
            foreach (var folded in batch)
            {
                if (_onDisk.Contains(folded.Meta.Client)) continue; // written before, but not acknowledged
                byte[] meta = Accepted.Pack([folded.Meta]);
                records.Add(new(LedgerKind.Contribution, meta, _ledger.Append(LedgerKind.Contribution, meta, s => s.Write(folded.Payload.Span)), folded.Payload.Length));
            }
            _ledger.Flush();
        }
        catch
        {
            _ledger.CutTo(before);
            throw;
        }
        _kept.AddRange(records);
        _onDisk.UnionWith(batch.Select(f => f.Meta.Client));
        return true;
    }

    /// <summary>Writes the sums; they count once <see cref="Flush"/> has returned.</summary>
    public bool Snapshot() => _ledger.Append(LedgerKind.Snapshot, Accepted.Pack(_folded.Values), _sums!.Save) > 0;

    /// <summary>Returns when the last snapshot is on the disk.</summary>
    public bool Flush()
    {
        _ledger.Flush();
        return true;
    }

    /// <summary>What the round comes to, over the contributions that were acknowledged or can no longer be told from them.</summary>
    public RoundMean Mean(Action? breathe)
    {
        if (_sums is not null) return RoundMean.Of(_sums);
        var all = _kept.Select(r => (Record: r, Meta: Accepted.Unpack(r.Meta)[0])).OrderBy(r => r.Meta.Client, StringComparer.Ordinal).ToList();
        using var map = _ledger.Map();
        return RobustAggregation.Run(_terms.Task, _terms.Cohorts,
            [.. all.Select(r => new RobustContribution(r.Meta.Cohort, _terms.Task.Weight(r.Meta.Samples), r.Meta.Scale))],
            i => PayloadReader.Open(map.Region(all[i].Record.BodyOffset, (int)all[i].Record.BodyLength), _terms.Task.Layout, verify: false), breathe);
    }

    public void Dispose()
    {
        _closed = true;
        _ledger.Dispose();
    }

    private RoundAccumulator Recover(LedgerRecord snapshot)
    {
        foreach (var accepted in Accepted.Unpack(snapshot.Meta)) _folded.Add(accepted.Client, accepted);
        using var stream = new BufferedStream(_ledger.Read(snapshot), 1 << 20);
        return RoundAccumulator.Load(stream, _terms.Task);
    }

    private void Replay(LedgerRecord record)
    {
        var accepted = Accepted.Unpack(record.Meta)[0];
        if (!_folded.TryAdd(accepted.Client, accepted)) return;
        if (_sums is null)
        {
            _kept.Add(record);
            return;
        }
        byte[] bytes = new byte[record.BodyLength];
        using var stream = _ledger.Read(record);
        stream.ReadExactly(bytes);
        _sums.Add(PayloadReader.Open(bytes, _terms.Task.Layout, verify: false), accepted.Cohort, _terms.Task.Weight(accepted.Samples), accepted.Scale);
    }
}
