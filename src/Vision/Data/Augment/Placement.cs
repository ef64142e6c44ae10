namespace Learngene.Vision.Data.Augment;

/// <summary>Flips and shifts: whole pixels move, none changes its value.</summary>
internal static class Placement
{
    /// <summary>Left becomes right.</summary>
    public static void Flip(Canvas canvas)
    {
        var width = canvas.Geometry.Width;
        for (var rest = canvas.Pixels; rest.Length > 0; rest = rest[width..])
            rest[..width].Reverse();
    }

    /// <summary>Pads with black and crops at random, which is a shift by up to <paramref name="padding"/> pixels each way.</summary>
    public static void Crop(Canvas canvas, int padding, ref Draws draws)
    {
        var down = draws.Below(2 * padding + 1) - padding;
        var right = draws.Below(2 * padding + 1) - padding;
        Shift(canvas, down, right);
    }

    /// <summary>Moves the image down and right; what it leaves is black.</summary>
    public static void Shift(Canvas canvas, int down, int right)
    {
        var (channels, height, width) = canvas.Geometry;
        var kept = width - Math.Abs(right);
        canvas.Spare.Clear();
        for (var c = 0; c < channels && kept > 0; c++)
        {
            Span<byte> from = canvas.Plane(c), to = canvas.SparePlane(c);
            for (var y = Math.Max(0, down); y < Math.Min(height, height + down); y++)
                from.Slice((y - down) * width + Math.Max(0, -right), kept).CopyTo(to[(y * width + Math.Max(0, right))..]);
        }
        canvas.Swap();
    }
}
