namespace Learngene.Vision.Data.Augment;

/// <summary>Rotation and shear about the centre, bilinear; what comes from outside the image is black.</summary>
internal static class Warp
{
    private const int One = 256; // positions are in 1/256 pixel

    public static void Rotate(Canvas canvas, double degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        Affine(canvas, cos, sin, -sin, cos);
    }

    public static void ShearX(Canvas canvas, double by) => Affine(canvas, 1, by, 0, 1);

    public static void ShearY(Canvas canvas, double by) => Affine(canvas, 1, 0, by, 1);

    /// <summary>The pixel at (x, y) from the centre comes from (xx x + xy y, yx x + yy y).</summary>
    private static void Affine(Canvas canvas, double xx, double xy, double yx, double yy)
    {
        var (channels, height, width) = canvas.Geometry;
        double centreX = (width - 1) / 2.0, centreY = (height - 1) / 2.0;
        int stepX = Fixed(xx), stepY = Fixed(yx);
        for (var y = 0; y < height; y++)
        {
            // Rounded once a row and stepped from there, 16 more bits in between: a drift of under 1/256 pixel over 65,536 columns.
            var startX = (long)Math.Round((centreX - xx * centreX + xy * (y - centreY)) * One * 65536);
            var startY = (long)Math.Round((centreY - yx * centreX + yy * (y - centreY)) * One * 65536);
            for (var c = 0; c < channels; c++)
                Row(canvas.Plane(c), canvas.SparePlane(c).Slice(y * width, width), height, width, startX, startY, stepX, stepY);
        }
        canvas.Swap();

        static int Fixed(double value) => (int)Math.Round(value * One * 65536);
    }

    private static void Row(ReadOnlySpan<byte> from, Span<byte> to, int height, int width, long sourceX, long sourceY, int stepX, int stepY)
    {
        for (var x = 0; x < to.Length; x++, sourceX += stepX, sourceY += stepY)
        {
            int u = (int)((sourceX + 32768) >> 16), v = (int)((sourceY + 32768) >> 16);
            int left = u >> 8, top = v >> 8, fx = u & 255, fy = v & 255;
            if ((uint)left < (uint)(width - 1) && (uint)top < (uint)(height - 1))
            {
                var corner = from.Slice(top * width + left, width + 2);
                to[x] = Blend(corner[0], corner[1], corner[width], corner[width + 1], fx, fy);
            }
            else if (left < -1 || top < -1 || left >= width || top >= height)
                to[x] = 0;
            else
                to[x] = Blend(At(from, left, top, height, width), At(from, left + 1, top, height, width),
                    At(from, left, top + 1, height, width), At(from, left + 1, top + 1, height, width), fx, fy);
        }
    }

    private static byte Blend(int upperLeft, int upperRight, int lowerLeft, int lowerRight, int fx, int fy)
    {
        var upper = upperLeft * (One - fx) + upperRight * fx;
        var lower = lowerLeft * (One - fx) + lowerRight * fx;
        return (byte)((upper * (One - fy) + lower * fy + One * One / 2) >> 16);
    }

    private static int At(ReadOnlySpan<byte> plane, int x, int y, int height, int width) =>
        (uint)x < (uint)width && (uint)y < (uint)height ? plane[y * width + x] : 0;
}
