namespace Learngene.Vision.Data.Augment;

/// <summary>Changes of value by a table: every pixel of a channel that has one value gets another.</summary>
internal static class Tone
{
    public static void Invert(Canvas canvas) => Map(canvas.Pixels, v => 255 - v);

    /// <summary>Keeps the upper <paramref name="bits"/> (0 to 8) of every value.</summary>
    public static void Posterize(Canvas canvas, int bits) => Map(canvas.Pixels, v => v & (0xFF00 >> bits));

    /// <summary>Inverts values of <paramref name="threshold"/> and above.</summary>
    public static void Solarize(Canvas canvas, int threshold) => Map(canvas.Pixels, v => v < threshold ? v : 255 - v);

    /// <summary>Multiplies every value; 1 changes nothing, 0 is black.</summary>
    public static void Brightness(Canvas canvas, double factor) => Map(canvas.Pixels, v => v * factor);

    /// <summary>Spreads every value around the image's mean lightness; 1 changes nothing, 0 is grey.</summary>
    public static void Contrast(Canvas canvas, double factor)
    {
        var mean = Math.Round(Lightness.Mean(canvas));
        Map(canvas.Pixels, v => mean + (v - mean) * factor);
    }

    /// <summary>Stretches each channel to 0 to 255.</summary>
    public static void AutoContrast(Canvas canvas)
    {
        for (var c = 0; c < canvas.Geometry.Channels; c++)
        {
            int low = 255, high = 0;
            foreach (var v in canvas.Plane(c))
                (low, high) = (Math.Min(low, v), Math.Max(high, v));
            if (low < high)
                Map(canvas.Plane(c), v => (v - low) * 255.0 / (high - low));
        }
    }

    /// <summary>Gives each channel a flat histogram. Exact where PIL divides whole numbers, which bleaches images of few pixels.</summary>
    public static void Equalize(Canvas canvas)
    {
        Span<int> histogram = stackalloc int[256];
        Span<byte> table = stackalloc byte[256];
        for (var c = 0; c < canvas.Geometry.Channels; c++)
        {
            histogram.Clear();
            foreach (var v in canvas.Plane(c))
                histogram[v]++;
            var others = canvas.Geometry.Plane - histogram[histogram.LastIndexOfAnyExcept(0)]; // all but those of the greatest value
            if (others == 0)
                continue;
            var below = 0L;
            for (var v = 0; v < 256; below += histogram[v++])
                table[v] = (byte)Math.Min(255, below * 255 / others);
            Apply(canvas.Plane(c), table);
        }
    }

    private static void Map(Span<byte> pixels, Func<int, double> value)
    {
        Span<byte> table = stackalloc byte[256];
        for (var v = 0; v < 256; v++)
            table[v] = (byte)Math.Clamp(Math.Round(value(v)), 0, 255);
        Apply(pixels, table);
    }

    private static void Apply(Span<byte> pixels, ReadOnlySpan<byte> table)
    {
        foreach (ref var v in pixels)
            v = table[v];
    }
}
