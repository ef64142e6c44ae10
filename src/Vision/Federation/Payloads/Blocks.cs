namespace Learngene.Vision.Federation;

/// <summary>
/// How a layer's values are divided into blocks that share one scale: a row of a tensor, or as many whole rows as make at least 64 values of 4 bits
/// or 256 of 8 (whose finer steps forgive a coarser scale); the last block of a tensor takes the rows that are left.
/// </summary>
internal sealed class Blocks
{
    private readonly Run[] _runs;

    private Blocks(IEnumerable<(int Count, int Columns)> tensors, PayloadEncoding encoding)
    {
        var runs = new List<Run>();
        int start = 0, first = 0, least = encoding == PayloadEncoding.Int4 ? 64 : 256;
        foreach (var (count, columns) in tensors)
        {
            int length = (least + columns - 1) / columns * columns, blocks = Math.Max(1, count / length);
            runs.Add(new(start, count, length, first, blocks));
            start += count;
            first += blocks;
        }
        (_runs, Values, Count) = ([.. runs], start, first);
    }

    /// <summary>Values in all of them.</summary>
    public int Values { get; }
    /// <summary>How many there are.</summary>
    public int Count { get; }

    public static Blocks Of(IEnumerable<LayerTensor> tensors, PayloadEncoding encoding) => new(tensors.Select(t => (t.Count, t.Columns)), encoding);

    /// <summary>Of values that are no tensor any more.</summary>
    public static Blocks Of(int values, PayloadEncoding encoding) => new([(values, 1)], encoding);

    /// <summary>The block that a value is in, and the first value behind that block.</summary>
    public (int Block, int End) At(int value)
    {
        int r = 0;
        while (value >= _runs[r].Start + _runs[r].Values) r++;
        var run = _runs[r];
        int block = Math.Min((value - run.Start) / run.Length, run.Blocks - 1);
        return (run.First + block, run.Start + (block == run.Blocks - 1 ? run.Values : (block + 1) * run.Length));
    }

    private readonly record struct Run(int Start, int Values, int Length, int First, int Blocks);
}
