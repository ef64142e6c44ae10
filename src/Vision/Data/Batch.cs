namespace Learngene.Vision.Data;

/// <summary>Images ready for a model. The arrays are used again: valid until the enumerator moves on or is disposed.</summary>
public sealed class Batch
{
    private readonly long[] _otherLabels;

    internal Batch(int count, ImageGeometry geometry)
    {
        Count = count;
        Geometry = geometry;
        Pixels = GC.AllocateUninitializedArray<float>(count * geometry.Size);
        Labels = new long[count];
        Sources = new int[count];
        Mirrored = new bool[count];
        _otherLabels = new long[count];
    }

    /// <summary>Position in the epoch, from 0. To resume after this batch, set <see cref="BatchLoaderOptions.FirstBatch"/> to one more.</summary>
    public int Number { get; internal set; }

    /// <summary>Images in this batch; the last of an epoch may have fewer than the others.</summary>
    public int Count { get; }

    /// <summary>Shape of every image.</summary>
    public ImageGeometry Geometry { get; }

    /// <summary>Normalised values; exactly Count x Channels x Height x Width, in this order.</summary>
    public float[] Pixels { get; }

    /// <summary>The class of each image; exactly <see cref="Count"/>.</summary>
    public long[] Labels { get; }

    /// <summary>Which image of the set each one is; exactly <see cref="Count"/>.</summary>
    public int[] Sources { get; }

    /// <summary>Whether each image was mirrored; exactly <see cref="Count"/>.</summary>
    public bool[] Mirrored { get; }

    /// <summary>With mixup or cutmix: the class of what was mixed into each image. Otherwise null.</summary>
    public long[]? OtherLabels => Mix is null ? null : _otherLabels;

    /// <summary>With mixup or cutmix: the weight of <see cref="Labels"/>, 0 to 1; <see cref="OtherLabels"/> weigh the rest. Otherwise null.</summary>
    public float? Mix { get; internal set; }

    /// <summary>Records that each image now holds a part of the one opposite to it.</summary>
    internal void MixWithReverse(float weight)
    {
        Mix = weight;
        Labels.CopyTo(_otherLabels, 0);
        _otherLabels.AsSpan().Reverse();
    }
}
