namespace Learngene.Vision.Data.Augment;

/// <summary>What RandAugment may do to an image.</summary>
internal enum AugmentOperation
{
    Identity,
    AutoContrast,
    Equalize,
    Invert,
    Rotate,
    Posterize,
    Solarize,
    Brightness,
    Contrast,
    Sharpness,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Color, // last: not for grey images
}

/// <summary>
/// RandAugment (Cubuk et al. 2020): a few operations drawn evenly, all of one magnitude. The ranges are timm's "increasing" ones:
/// the greater the magnitude the further from the original, and 0 leaves it as it is (but for the three operations without a magnitude).
/// </summary>
internal static class RandAugment
{
    public static void Apply(Canvas canvas, int operations, int magnitude, ref Draws draws)
    {
        var kinds = (int)AugmentOperation.Color + (canvas.Geometry.Channels == 3 ? 1 : 0);
        for (var i = 0; i < operations; i++)
            Apply(canvas, (AugmentOperation)draws.Below(kinds), magnitude / 10.0, draws.Chance(0.5) ? 1 : -1);
    }

    /// <param name="canvas">The image.</param>
    /// <param name="operation">What to do.</param>
    /// <param name="level">How strongly, 0 to 1.</param>
    /// <param name="sign">Which way, 1 or -1.</param>
    public static void Apply(Canvas canvas, AugmentOperation operation, double level, int sign)
    {
        var factor = 1 + sign * level * 0.9;
        var signed = sign * level;
        switch (operation)
        {
            case AugmentOperation.AutoContrast: Tone.AutoContrast(canvas); break;
            case AugmentOperation.Equalize: Tone.Equalize(canvas); break;
            case AugmentOperation.Invert: Tone.Invert(canvas); break;
            case AugmentOperation.Posterize when level > 0: Tone.Posterize(canvas, bits: 8 - (int)(level * 4)); break;
            case AugmentOperation.Solarize when level > 0: Tone.Solarize(canvas, threshold: 256 - (int)(level * 256)); break;
            case AugmentOperation.Brightness when level > 0: Tone.Brightness(canvas, factor); break;
            case AugmentOperation.Contrast when level > 0: Tone.Contrast(canvas, factor); break;
            case AugmentOperation.Color when level > 0: Lightness.Saturation(canvas, factor); break;
            case AugmentOperation.Sharpness when level > 0: Lightness.Sharpness(canvas, factor); break;
            case AugmentOperation.Rotate when level > 0: Warp.Rotate(canvas, degrees: 30 * signed); break;
            case AugmentOperation.ShearX when level > 0: Warp.ShearX(canvas, 0.3 * signed); break;
            case AugmentOperation.ShearY when level > 0: Warp.ShearY(canvas, 0.3 * signed); break;
            case AugmentOperation.TranslateX: Placement.Shift(canvas, 0, (int)Math.Round(0.45 * signed * canvas.Geometry.Width)); break;
            case AugmentOperation.TranslateY: Placement.Shift(canvas, (int)Math.Round(0.45 * signed * canvas.Geometry.Height), 0); break;
        }
    }
}
