namespace Learngene.Vision.Data.Augment;

/// <summary>Random erasing (Zhong et al. 2020) of a normalised image, filled with normal noise as DeiT does.</summary>
internal static class RandomErasing
{
    public const double MinArea = 0.02;
    public const double MaxArea = 1.0 / 3;
    private const double MaxAspect = 10.0 / 3;
    private const int Attempts = 10;

    public static void Apply(Span<float> chw, ImageGeometry geometry, double probability, ref Draws draws)
    {
        if (!draws.Chance(probability) || Choose(geometry, ref draws) is not { } box)
            return;
        for (var c = 0; c < geometry.Channels; c++)
            for (var y = box.Top; y < box.Top + box.Height; y++)
                Noise(chw.Slice(c * geometry.Plane + y * geometry.Width + box.Left, box.Width), ref draws);
    }

    /// <summary>A rectangle smaller than the image in both directions; none if ten attempts do not fit.</summary>
    public static Box? Choose(ImageGeometry geometry, ref Draws draws)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = draws.Uniform(MinArea, MaxArea) * geometry.Plane;
            var aspect = Math.Exp(draws.Uniform(-Math.Log(MaxAspect), Math.Log(MaxAspect)));
            var height = (int)Math.Round(Math.Sqrt(area * aspect));
            var width = (int)Math.Round(Math.Sqrt(area / aspect));
            if (height > 0 && width > 0 && height < geometry.Height && width < geometry.Width)
                return new(draws.Below(geometry.Height - height + 1), draws.Below(geometry.Width - width + 1), height, width);
        }
        return null;
    }

    private static void Noise(Span<float> values, ref Draws draws)
    {
        for (var i = 0; i < values.Length; i += 2)
        {
            var (first, second) = draws.NormalPair();
            values[i] = (float)first;
            if (i + 1 < values.Length)
                values[i + 1] = (float)second;
        }
    }
}

/// <summary>A rectangle of pixels.</summary>
internal readonly record struct Box(int Top, int Left, int Height, int Width);
