namespace Learngene.Vision.Data;

/// <summary>Labelled images of one geometry: one split of a data set. Safe to read from several threads at once.</summary>
public abstract class ImageSet : IDisposable
{
    /// <summary>Images in the set.</summary>
    public abstract int Count { get; }

    /// <summary>The shape <see cref="Read"/> gives every image.</summary>
    public abstract ImageGeometry Geometry { get; }

    /// <summary>Number of classes; every label is below it. At least 2.</summary>
    public abstract int Classes { get; }

    /// <summary>The class of an image, 0 to <see cref="Classes"/> - 1.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">No image has this index.</exception>
    public abstract int Label(int index);

    /// <summary>Writes one image, channel after channel, row after row, each value 0 to 255.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <param name="chw">Where to; exactly <see cref="ImageGeometry.Size"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">No image has this index.</exception>
    /// <exception cref="ArgumentException"><paramref name="chw"/> has another length.</exception>
    /// <exception cref="DataException">The image cannot be read; the message names its file.</exception>
    public abstract void Read(int index, Span<byte> chw);

    /// <summary>Releases what the set holds. The sets here hold memory only.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing) { }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Refuses an index or a buffer that does not fit.</summary>
    private protected void Check(int index, Span<byte> chw)
    {
        CheckIndex(index);
        if (chw.Length != Geometry.Size)
            throw new ArgumentException($"the buffer has {chw.Length} bytes; an image of {Geometry} needs {Geometry.Size}.", nameof(chw));
    }

    private protected void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"the set has {Count} images.");
    }
}
