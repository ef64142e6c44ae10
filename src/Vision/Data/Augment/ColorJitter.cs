namespace Learngene.Vision.Data.Augment;

/// <summary>Brightness, contrast and saturation, each by a random factor, in that order.</summary>
internal static class ColorJitter
{
    public static void Apply(Canvas canvas, double strength, ref Draws draws)
    {
        Tone.Brightness(canvas, draws.Uniform(1 - strength, 1 + strength));
        Tone.Contrast(canvas, draws.Uniform(1 - strength, 1 + strength));
        Lightness.Saturation(canvas, draws.Uniform(1 - strength, 1 + strength));
    }
}
