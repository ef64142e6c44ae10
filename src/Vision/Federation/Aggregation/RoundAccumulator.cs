namespace Learngene.Vision.Federation;

/// <summary>
/// Sums of what clients sent in a round, in fixed point, so that neither the order nor the grouping of the contributions changes a bit: each value
/// times weight times 2^30 is rounded once to a whole number. Contributions form a commutative group: add, merge, subtract, and the empty one.
/// Bounds, checked: |value| up to 2^10 and weights up to 2^22 in total, so that no sum passes 2^62. Layers that everyone shares have one sum, the
/// others one a cohort; memory is given to a sum when it is first needed. Not for several threads at once.
/// </summary>
public sealed class RoundAccumulator
{
    /// <summary>Largest total weight of a layer.</summary>
    public const long MaxWeight = 1 << 22;
    /// <summary>Largest value that can be added.</summary>
    public const float MaxValue = 1024;

    private readonly FederatedTask _task;
    private readonly Sum[][] _sums;
    private readonly long[] _scores;
    private long _scoreWeight;

    internal RoundAccumulator(FederatedTask task, int cohorts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cohorts, 1);
        (_task, Cohorts) = (task, cohorts);
        _sums = [.. task.Layout.Layers.Select(l => Enumerable.Range(0, task.Slots(l.Index, cohorts)).Select(_ => new Sum()).ToArray())];
        _scores = new long[task.Layout.ModelLayers];
    }

    /// <summary>Contributions in it.</summary>
    public int Contributions { get; private set; }
    /// <summary>Cohorts it keeps apart.</summary>
    public int Cohorts { get; }
    /// <summary>Memory of its sums.</summary>
    public long Bytes => _sums.Sum(layer => layer.Sum(s => 8L * (s.Values?.Length ?? 0)));

    /// <summary>Adds a contribution; afterwards all of it is in, or, where it throws, none.</summary>
    /// <param name="upload">An opened payload that was checked.</param><param name="cohort">The client's, 0 to cohorts - 1.</param>
    /// <param name="weight">1 or more.</param><param name="scale">Factor of its values, 0..1.</param>
    /// <exception cref="PayloadException">A value or the weight is out of bounds.</exception>
    public void Add(PayloadReader upload, int cohort, long weight, double scale = 1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)cohort, (uint)Cohorts, nameof(cohort));
        if (weight < 1) throw new PayloadException($"the weight of a contribution is {weight}; 1 or more is allowed.");
        if (!(scale is >= 0 and <= 1)) throw new PayloadException(FormattableString.Invariant($"the scale of a contribution is {scale}; 0..1 is allowed."));
        foreach (int l in upload.Header.Layers)
            if (Slot(l, cohort).Weight > MaxWeight - weight)
                throw new PayloadException($"a weight of {weight} would bring {_task.Layout.Layers[l].Name} to {Slot(l, cohort).Weight + weight}; at most {MaxWeight} is allowed.");
        uint most = AddValues(upload, cohort, weight * scale, subtract: false);
        if (BitConverter.UInt32BitsToSingle(most) is var largest && !(largest <= MaxValue))
        {
            AddValues(upload, cohort, weight * scale, subtract: true);
            throw new PayloadException(FormattableString.Invariant($"the payload has a value of magnitude {largest}; at most {MaxValue} is allowed."));
        }
        Count(upload, cohort, weight, 1);
    }

    /// <summary>Takes a contribution out again, exactly. The arguments are those it was added with.</summary>
    public void Subtract(PayloadReader upload, int cohort, long weight, double scale = 1)
    {
        AddValues(upload, cohort, weight * scale, subtract: true);
        Count(upload, cohort, weight, -1);
    }

    /// <summary>Adds what another one of the same task holds.</summary>
    /// <exception cref="PayloadException">The weights together are out of bounds.</exception>
    public void Merge(RoundAccumulator other)
    {
        if (other._task.Layout.Fingerprint != _task.Layout.Fingerprint || other.Cohorts != Cohorts)
            throw new ArgumentException($"the other accumulator is of another model or of {other.Cohorts} cohorts instead of {Cohorts}.", nameof(other));
        var pairs = _sums.Zip(other._sums, (a, b) => a.Zip(b)).SelectMany(p => p).ToList();
        if (pairs.Find(p => p.First.Weight + p.Second.Weight > MaxWeight) is { First: { } sum } over)
            throw new PayloadException($"the weights together are {sum.Weight + over.Second.Weight}; at most {MaxWeight} is allowed.");
        foreach (var (mine, theirs) in pairs) mine.Add(theirs);
        for (int l = 0; l < _scores.Length; l++) _scores[l] += other._scores[l];
        _scoreWeight += other._scoreWeight;
        Contributions += other.Contributions;
    }

    /// <summary>Forgets everything; keeps its memory for the next round.</summary>
    public void Clear()
    {
        foreach (var sum in _sums.SelectMany(s => s)) sum.Clear();
        Array.Clear(_scores);
        (_scoreWeight, Contributions) = (0, 0);
    }

    /// <summary>Writes a snapshot.</summary>
    public void Save(Stream stream)
    {
        using var writer = new SnapshotWriter(stream, "LGA1", _task.Layout.Fingerprint);
        writer.Write(Cohorts);
        writer.Write(Contributions);
        writer.Write(_scoreWeight);
        writer.Write<long>(_scores);
        foreach (var sum in _sums.SelectMany(s => s))
        {
            writer.Write(sum.Weight);
            if (sum.Weight > 0) writer.Write<long>(sum.Values);
        }
    }

    /// <summary>Reads a snapshot of the same task.</summary>
    /// <exception cref="InvalidDataException">It is damaged or of another task.</exception>
    public static RoundAccumulator Load(Stream stream, FederatedTask task)
    {
        var reader = new SnapshotReader(stream, "LGA1", task.Layout.Fingerprint);
        var accumulator = new RoundAccumulator(task, reader.Read("cohorts", 1, 1_000_000)) { Contributions = reader.Read("contributions", 0, int.MaxValue) };
        accumulator._scoreWeight = reader.Read("weight of the scores", 0L, long.MaxValue);
        reader.Fill<long>(accumulator._scores);
        for (int l = 0; l < accumulator._sums.Length; l++)
            foreach (var sum in accumulator._sums[l])
                if ((sum.Weight = reader.Read("weight", 0L, MaxWeight)) > 0)
                    reader.Fill<long>(sum.Allocated(task.Layout.Layers[l].Count));
        reader.Complete();
        return accumulator;
    }

    internal long Weight(int layer, int slot) => _sums[layer][slot].Weight;

    internal void AddMean(int layer, int slot, Span<float> values, double step) =>
        FixedPoint.AddMean(values, _sums[layer][slot].Values, _sums[layer][slot].Weight, step);

    internal float[]? Scores => _scoreWeight == 0 ? null : [.. _scores.Select(s => (float)(s / (FixedPoint.One * _scoreWeight)))];

    private Sum Slot(int layer, int cohort) => _sums[layer][_task.Slot(layer, cohort)];

    private uint AddValues(PayloadReader upload, int cohort, double factor, bool subtract)
    {
        uint most = 0;
        foreach (int l in upload.Header.Layers)
        {
            var sums = Slot(l, cohort).Allocated(_task.Layout.Layers[l].Count);
            upload.ForEachPiece(l, (from, values) => most = Math.Max(most, FixedPoint.Add(sums.AsSpan(from), values, factor * FixedPoint.One, subtract)));
        }
        return most;
    }

    private void Count(PayloadReader upload, int cohort, long weight, int sign)
    {
        foreach (int l in upload.Header.Layers) Slot(l, cohort).Weight += sign * weight;
        Contributions += sign;
        if (upload.Header.Scores is not { } scores) return;
        // Rounded before it is weighted, so that any order gives the same sum.
        for (int l = 0; l < _scores.Length; l++) _scores[l] += sign * weight * (long)(Math.Clamp(scores[l], -1, 1) * FixedPoint.One);
        _scoreWeight += sign * weight;
    }

    private sealed class Sum
    {
        public long[]? Values { get; private set; }
        public long Weight { get; set; }

        public long[] Allocated(int count) => Values ??= new long[count];

        public void Add(Sum other)
        {
            if (other.Weight == 0) return;
            System.Numerics.Tensors.TensorPrimitives.Add(Allocated(other.Values!.Length), other.Values, Values);
            Weight += other.Weight;
        }

        public void Clear()
        {
            if (Weight > 0) Array.Clear(Values!);
            Weight = 0;
        }
    }
}
