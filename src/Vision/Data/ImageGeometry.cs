namespace Learngene.Vision.Data;

/// <summary>The shape every image of a set is read as.</summary>
/// <param name="Channels">1 (grey) or 3 (red, green, blue).</param>
/// <param name="Height">Rows, in pixels, at least 1.</param>
/// <param name="Width">Columns, in pixels, at least 1.</param>
public sealed record ImageGeometry(int Channels, int Height, int Width)
{
    /// <summary>Values in one image: channels x height x width.</summary>
    public int Size => Channels * Height * Width;

    /// <summary>Values in one channel: height x width.</summary>
    public int Plane => Height * Width;

    /// <summary>Channels, height and width, as in "3 x 32 x 32".</summary>
    public override string ToString() => $"{Channels} x {Height} x {Width}";
}
