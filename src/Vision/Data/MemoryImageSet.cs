namespace Learngene.Vision.Data;

/// <summary>Images held in memory, one byte a value: what IDX and CIFAR files are read into.</summary>
public sealed class MemoryImageSet : ImageSet
{
    private readonly byte[] _pixels;
    private readonly byte[] _labels;

    /// <summary>Wraps arrays, which the set then owns: they must not change.</summary>
    /// <param name="geometry">Shape of every image.</param>
    /// <param name="classes">Number of classes, 2 to 256.</param>
    /// <param name="pixels">All images one after the other, planar: labels x geometry.Size bytes.</param>
    /// <param name="labels">One class an image, below <paramref name="classes"/>.</param>
    /// <exception cref="ArgumentException">Sizes disagree, or a label is not below <paramref name="classes"/>.</exception>
    public MemoryImageSet(ImageGeometry geometry, int classes, byte[] pixels, byte[] labels)
    {
        if (classes is < 2 or > 256)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, "2 to 256 classes are allowed.");
        if (pixels.LongLength != (long)labels.Length * geometry.Size)
            throw new ArgumentException($"{pixels.Length} bytes are not {labels.Length} images of {geometry}.", nameof(pixels));
        var wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classes - 1));
        if (wrong >= 0)
            throw new ArgumentException($"label {wrong} is {labels[wrong]}; 0 to {classes - 1} are allowed.", nameof(labels));
        (Geometry, Classes, _pixels, _labels) = (geometry, classes, pixels, labels);
    }

    /// <inheritdoc/>
    public override int Count => _labels.Length;

    /// <inheritdoc/>
    public override ImageGeometry Geometry { get; }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <summary>All pixels, as they lie in memory.</summary>
    internal ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>All labels, one byte each.</summary>
    internal ReadOnlySpan<byte> Labels => _labels;

    /// <inheritdoc/>
    public override int Label(int index)
    {
        CheckIndex(index);
        return _labels[index];
    }

    /// <inheritdoc/>
    public override void Read(int index, Span<byte> chw)
    {
        Check(index, chw);
        _pixels.AsSpan(index * Geometry.Size, Geometry.Size).CopyTo(chw);
    }
}
