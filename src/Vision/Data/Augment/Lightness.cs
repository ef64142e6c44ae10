namespace Learngene.Vision.Data.Augment;

/// <summary>Operations that look at several channels or neighbours at once: saturation and sharpness.</summary>
internal static class Lightness
{
    /// <summary>Mean lightness of the image, 0 to 255.</summary>
    public static double Mean(Canvas canvas)
    {
        long sum = 0;
        if (canvas.Geometry.Channels == 1)
        {
            foreach (var v in canvas.Pixels)
                sum += v;
            return (double)sum / canvas.Geometry.Plane;
        }
        Span<byte> red = canvas.Plane(0), green = canvas.Plane(1), blue = canvas.Plane(2);
        for (var i = 0; i < red.Length; i++)
            sum += Of(red[i], green[i], blue[i]);
        return (double)sum / canvas.Geometry.Plane;
    }

    /// <summary>Moves colours away from grey (above 1) or towards it (0 is grey). Grey images have none to move.</summary>
    public static void Saturation(Canvas canvas, double factor)
    {
        if (canvas.Geometry.Channels != 3)
            return;
        var scale = (int)Math.Round(factor * 65536);
        Span<byte> red = canvas.Plane(0), green = canvas.Plane(1), blue = canvas.Plane(2);
        for (var i = 0; i < red.Length; i++)
        {
            var grey = Of(red[i], green[i], blue[i]);
            (red[i], green[i], blue[i]) = (Blend(grey, red[i], scale), Blend(grey, green[i], scale), Blend(grey, blue[i], scale));
        }
    }

    /// <summary>Moves pixels away from their smoothed neighbourhood (above 1) or towards it (0 is smooth). The border stays, as in PIL.</summary>
    public static void Sharpness(Canvas canvas, double factor)
    {
        var (channels, height, width) = canvas.Geometry;
        var scale = (int)Math.Round(factor * 65536);
        canvas.Pixels.CopyTo(canvas.Spare);
        for (var c = 0; c < channels; c++)
        {
            Span<byte> from = canvas.Plane(c), to = canvas.SparePlane(c);
            for (var y = 1; y < height - 1; y++)
            {
                Span<byte> above = from.Slice((y - 1) * width, width), row = from.Slice(y * width, width), below = from.Slice((y + 1) * width, width);
                for (var x = 1; x < row.Length - 1; x++)
                {
                    var around = above[x - 1] + above[x] + above[x + 1] + row[x - 1] + row[x + 1] + below[x - 1] + below[x] + below[x + 1];
                    to[y * width + x] = Blend((around + 5 * row[x] + 6) / 13, row[x], scale);
                }
            }
        }
        canvas.Swap();
    }

    private static int Of(int red, int green, int blue) => (299 * red + 587 * green + 114 * blue + 500) / 1000; // ITU-R 601

    private static byte Blend(int from, int to, int scale) => (byte)Math.Clamp(from + (((to - from) * scale + 32768) >> 16), 0, 255);
}
