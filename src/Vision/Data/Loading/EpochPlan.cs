using Learngene.Vision.Data.Augment;

namespace Learngene.Vision.Data.Loading;

/// <summary>Which image stands where in an epoch, and how a batch is made of them. Unchanging, so every thread may use it.</summary>
internal sealed class EpochPlan
{
    private readonly int[] _order;
    private readonly float[][] _tables;

    public EpochPlan(BatchLoaderOptions options)
    {
        Options = options;
        _tables = options.Preprocess.Tables();
        _order = Subset(options.Set.Count, options.Images, options.Seed);
        if (options.Shuffle)
            Shuffle(_order, new Draws(options.Seed, DrawPurpose.Order, options.Epoch, 0));
    }

    public BatchLoaderOptions Options { get; }

    /// <summary>Images in a batch: the batch size, but for the last.</summary>
    public int CountOf(int number) => Math.Min(Options.BatchSize, _order.Length - number * Options.BatchSize);

    /// <summary>Reads, varies, normalises and mixes one batch.</summary>
    public void Fill(Batch batch, int number, Canvas canvas)
    {
        var (set, augment, size) = (Options.Set, Options.Augment, batch.Geometry.Size);
        batch.Number = number;
        batch.Mix = null;
        for (var i = 0; i < batch.Count; i++)
        {
            var position = number * Options.BatchSize + i;
            var draws = new Draws(Options.Seed, DrawPurpose.Augment, Options.Epoch, position);
            var target = batch.Pixels.AsSpan(i * size, size);
            set.Read(_order[position], canvas.Pixels);
            batch.Sources[i] = _order[position];
            batch.Mirrored[i] = Vary(canvas, augment, ref draws);
            Normalise(canvas, target);
            if (augment.RandomErasing > 0)
                RandomErasing.Apply(target, batch.Geometry, augment.RandomErasing, ref draws);
            batch.Labels[i] = set.Label(_order[position]);
        }
        if (augment.Mixup > 0 || augment.Cutmix > 0)
        {
            var draws = new Draws(Options.Seed, DrawPurpose.Mix, Options.Epoch, number);
            batch.MixWithReverse(Mixing.Apply(batch.Pixels, batch.Count, batch.Geometry, augment, ref draws));
        }
    }

    // Whether it mirrored the image.
    private static bool Vary(Canvas canvas, AugmentOptions augment, ref Draws draws)
    {
        var mirrored = augment.Flip && draws.Chance(0.5);
        if (mirrored)
            Placement.Flip(canvas);
        if (augment.CropPadding > 0)
            Placement.Crop(canvas, augment.CropPadding, ref draws);
        if (augment.RandAugmentOps > 0)
            RandAugment.Apply(canvas, augment.RandAugmentOps, augment.RandAugmentMagnitude, ref draws);
        if (augment.ColorJitter > 0)
            ColorJitter.Apply(canvas, augment.ColorJitter, ref draws);
        return mirrored;
    }

    private void Normalise(Canvas canvas, Span<float> target)
    {
        for (var c = 0; c < _tables.Length; c++)
        {
            var table = _tables[c];
            var from = canvas.Plane(c);
            var to = target.Slice(c * from.Length, from.Length);
            for (var i = 0; i < from.Length; i++)
                to[i] = table[from[i]];
        }
    }

    // The first of a shuffled set, so that 100 images are among the 200 of the same seed; then back in the set's own order.
    private static int[] Subset(int count, int take, ulong seed)
    {
        var all = Enumerable.Range(0, count).ToArray();
        if (take == count)
            return all;
        Shuffle(all, new Draws(seed, DrawPurpose.Subset, 0, 0));
        var some = all[..take];
        Array.Sort(some);
        return some;
    }

    // Fisher-Yates.
    private static void Shuffle(int[] items, Draws draws)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = draws.Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
