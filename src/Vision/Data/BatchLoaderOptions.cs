namespace Learngene.Vision.Data;

/// <summary>One pass over a set of images: which, in what order, varied how, by how many threads.</summary>
public sealed record BatchLoaderOptions
{
    /// <summary>The images. The loader does not dispose them.</summary>
    public required ImageSet Set { get; init; }

    /// <summary>How pixels are normalised; as many channels as the images have.</summary>
    public required Preprocess Preprocess { get; init; }

    /// <summary>How images are varied. Default: not at all.</summary>
    public AugmentOptions Augment { get; init; } = AugmentOptions.None;

    /// <summary>Images in a batch, 1 or more. Default 128.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Decides subset, order, augmentation and mixing, together with <see cref="Epoch"/>. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Which pass this is, 0 or more: each has its own order and augmentation. Default 0.</summary>
    public int Epoch { get; init; }

    /// <summary>Random order instead of the set's own. Default false.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Leave out a last batch that is not full. Default false.</summary>
    public bool DropLast { get; init; }

    /// <summary>The first batch to deliver, 0 to the number of batches: resumes an epoch without decoding what is skipped. Default 0.</summary>
    public int FirstBatch { get; init; }

    /// <summary>Deliver only every so-manieth batch, from the first on, 1 or more: a worker's share of an epoch. Default 1.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Deliver no more than so many batches, 1 or more. Null (default): to the epoch's end.</summary>
    public int? Most { get; init; }

    /// <summary>Use only this many images, 1 to all: a random subset that depends on the seed only, a smaller one being part of a larger one. Null (default): all.</summary>
    public int? Take { get; init; }

    /// <summary>Threads that prepare batches, 0 (the consumer prepares them itself) to 256. Default 1. Does not change what is delivered.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Batches prepared ahead, 1 to 1,024. Default 4. Memory held: one batch more than this.</summary>
    public int QueueDepth { get; init; } = 4;

    /// <summary>Refuses values out of range, in words.</summary>
    /// <exception cref="ArgumentException">The message says which value, and what is allowed.</exception>
    internal void Check()
    {
        Require(Set.Count > 0, nameof(Set), Set.Count, "at least one image is needed");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "1 or more is allowed");
        Require((long)BatchSize * Set.Geometry.Size <= Array.MaxLength, nameof(BatchSize), BatchSize, $"at most {Array.MaxLength / Set.Geometry.Size} images of {Set.Geometry} fit in a batch");
        Require(Epoch >= 0, nameof(Epoch), Epoch, "0 or more is allowed");
        Require(Take is null || (Take >= 1 && Take <= Set.Count), nameof(Take), Take ?? 0, $"1 to {Set.Count} images are allowed");
        Require(Workers is >= 0 and <= 256, nameof(Workers), Workers, "0 to 256 threads are allowed");
        Require(QueueDepth is >= 1 and <= 1024, nameof(QueueDepth), QueueDepth, "1 to 1,024 batches are allowed");
        Require(FirstBatch >= 0 && FirstBatch <= Batches, nameof(FirstBatch), FirstBatch, $"0 to {Batches} is allowed, the number of batches");
        Require(Every >= 1, nameof(Every), Every, "1 or more is allowed");
        Require(Most is null or >= 1, nameof(Most), Most ?? 0, "1 or more is allowed");
        Preprocess.Check(Set.Geometry.Channels);
        Augment.Check(Set.Geometry);
    }

    /// <summary>Images in the pass, before a last batch is dropped.</summary>
    internal int Images => Take ?? Set.Count;

    /// <summary>Batches in the whole epoch, from 0.</summary>
    internal int Batches => DropLast ? Images / BatchSize : (int)(((long)Images + BatchSize - 1) / BatchSize);

    /// <summary>Batches that are delivered.</summary>
    internal int Delivered => (int)Math.Min(Most ?? int.MaxValue, ((long)Batches - FirstBatch + Every - 1) / Every);

    private static void Require(bool ok, string name, int value, string allowed)
    {
        if (!ok)
            throw new ArgumentException($"{nameof(BatchLoaderOptions)}.{name} is {value}; {allowed}.", name);
    }
}
