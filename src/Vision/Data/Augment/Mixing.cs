namespace Learngene.Vision.Data.Augment;

/// <summary>Mixup and cutmix of a whole batch with itself in reverse order, in place.</summary>
internal static class Mixing
{
    /// <summary>Mixes the first <paramref name="count"/> images and returns the weight of each image's own label.</summary>
    public static float Apply(Span<float> pixels, int count, ImageGeometry geometry, AugmentOptions options, ref Draws draws)
    {
        var cut = options.Cutmix > 0 && (options.Mixup == 0 || draws.Chance(0.5));
        var weight = draws.Beta(cut ? options.Cutmix : options.Mixup);
        if (!cut)
        {
            Blend(pixels, count, geometry.Size, (float)weight);
            return (float)weight;
        }
        var box = Choose(geometry, weight, ref draws);
        Exchange(pixels, count, geometry, box);
        return 1 - (float)(box.Height * box.Width) / geometry.Plane; // what is really left, the box being cut at the border
    }

    /// <summary>A box of about (1 - weight) of the area around a random centre, cut at the border.</summary>
    public static Box Choose(ImageGeometry geometry, double weight, ref Draws draws)
    {
        var side = Math.Sqrt(1 - weight);
        var (top, height) = Extent(geometry.Height, side, draws.Below(geometry.Height));
        var (left, width) = Extent(geometry.Width, side, draws.Below(geometry.Width));
        return new(top, left, height, width);

        static (int Start, int Length) Extent(int size, double side, int centre)
        {
            var half = (int)(size * side) / 2;
            var start = Math.Max(0, centre - half);
            return (start, Math.Min(size, centre + half) - start);
        }
    }

    private static void Blend(Span<float> pixels, int count, int size, float weight)
    {
        for (int i = 0, j = count - 1; i < j; i++, j--)
        {
            Span<float> first = pixels.Slice(i * size, size), second = pixels.Slice(j * size, size);
            for (var k = 0; k < first.Length; k++)
            {
                float a = first[k], b = second[k];
                first[k] = weight * a + (1 - weight) * b;
                second[k] = weight * b + (1 - weight) * a;
            }
        }
    }

    private static void Exchange(Span<float> pixels, int count, ImageGeometry geometry, Box box)
    {
        for (int i = 0, j = count - 1; i < j; i++, j--)
            for (var c = 0; c < geometry.Channels; c++)
                for (var y = box.Top; y < box.Top + box.Height; y++)
                {
                    var offset = c * geometry.Plane + y * geometry.Width + box.Left;
                    Span<float> first = pixels.Slice(i * geometry.Size + offset, box.Width), second = pixels.Slice(j * geometry.Size + offset, box.Width);
                    for (var x = 0; x < first.Length; x++)
                        (first[x], second[x]) = (second[x], first[x]);
                }
    }
}
