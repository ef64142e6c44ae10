using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>How one client's camera differs from the others': it is turned, and it is noisy.</summary>
/// <param name="Degrees">Anticlockwise.</param><param name="Deviation">Of the noise, pixel values in 0..1.</param><param name="Seed">Of the noise.</param>
internal sealed record FeatureShift(double Degrees, double Deviation, ulong Seed)
{
    /// <summary>A client's shift; null where the settings have none.</summary>
    public static FeatureShift? Of(PartitionSettings settings, int client)
    {
        if (settings is { Rotation: 0, Noise: 0 }) return null;
        ulong seed = Seeds.Derive(settings.Seed, Purpose.Shift, (ulong)client);
        var draws = new Draws(seed, DrawPurpose.Augment, 0, 0);
        return new(draws.Uniform(-settings.Rotation, settings.Rotation), draws.Uniform(0, settings.Noise), seed);
    }

    /// <summary>An image as this client sees it.</summary>
    /// <param name="geometry">Its shape.</param><param name="source">As it is.</param><param name="shifted">Where to.</param><param name="image">Its number: each has noise of its own.</param>
    public void Apply(ImageGeometry geometry, ReadOnlySpan<byte> source, Span<byte> shifted, int image)
    {
        var draws = new Draws(Seed, DrawPurpose.Augment, 1, image);
        var (sin, cos) = Math.SinCos(Degrees * Math.PI / 180);
        double middleX = (geometry.Width - 1) / 2.0, middleY = (geometry.Height - 1) / 2.0;
        for (int i = 0; i < shifted.Length; i++)
        {
            int channel = i / geometry.Plane, y = i % geometry.Plane / geometry.Width, x = i % geometry.Width;
            double dx = x - middleX, dy = y - middleY;
            double value = Bilinear(geometry, source.Slice(channel * geometry.Plane, geometry.Plane), middleX + cos * dx - sin * dy, middleY + sin * dx + cos * dy);
            if (Deviation > 0) value += 255 * Deviation * draws.Normal();
            shifted[i] = (byte)Math.Clamp(Math.Round(value), 0, 255);
        }
    }

    // Black beyond the edges.
    private static double Bilinear(ImageGeometry g, ReadOnlySpan<byte> plane, double x, double y)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double fx = x - left, fy = y - top;
        return (1 - fy) * ((1 - fx) * At(plane, left, top) + fx * At(plane, left + 1, top))
            + fy * ((1 - fx) * At(plane, left, top + 1) + fx * At(plane, left + 1, top + 1));

        double At(ReadOnlySpan<byte> p, int column, int row) => column >= 0 && column < g.Width && row >= 0 && row < g.Height ? p[row * g.Width + column] : 0;
    }
}
