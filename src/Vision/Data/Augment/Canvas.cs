namespace Learngene.Vision.Data.Augment;

/// <summary>One image being changed, and a second buffer for operations that cannot work in place. One for each worker.</summary>
internal sealed class Canvas(ImageGeometry geometry)
{
    private byte[] _pixels = new byte[geometry.Size];
    private byte[] _spare = new byte[geometry.Size];

    public ImageGeometry Geometry { get; } = geometry;

    public Span<byte> Pixels => _pixels;

    public Span<byte> Spare => _spare;

    public Span<byte> Plane(int channel) => _pixels.AsSpan(channel * Geometry.Plane, Geometry.Plane);

    public Span<byte> SparePlane(int channel) => _spare.AsSpan(channel * Geometry.Plane, Geometry.Plane);

    /// <summary>What was written to the spare buffer becomes the image.</summary>
    public void Swap() => (_pixels, _spare) = (_spare, _pixels);
}
