using Learngene.Vision.Data;
using Learngene.Vision.Data.Augment;

namespace Learngene.Vision.Tests.Data;

public sealed class RandAugmentTests
{
    private static readonly AugmentOperation[] WithoutMagnitude = [AugmentOperation.AutoContrast, AugmentOperation.Equalize, AugmentOperation.Invert];

    public static TheoryData<string> Operations => [.. Enum.GetNames<AugmentOperation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Magnitude_zero_changes_nothing_and_ten_does(string operation)
    {
        var kind = Enum.Parse<AugmentOperation>(operation);
        foreach (var sign in (int[])[1, -1])
        {
            if (!WithoutMagnitude.Contains(kind))
                Assert.False(Changes(kind, 0, sign), $"{kind} at 0");
            Assert.Equal(kind != AugmentOperation.Identity, Changes(kind, 1, sign));
        }
    }

    [Fact]
    public void A_stronger_magnitude_goes_further_from_the_original()
    {
        foreach (var kind in (AugmentOperation[])[AugmentOperation.Brightness, AugmentOperation.Contrast, AugmentOperation.Color, AugmentOperation.Posterize, AugmentOperation.Solarize])
            Assert.True(Distance(kind, 0.9) > Distance(kind, 0.3), kind.ToString());

        static double Distance(AugmentOperation kind, double level)
        {
            var canvas = PixelTests.Canvas(7, new(3, 16, 16));
            var before = canvas.Pixels.ToArray();
            RandAugment.Apply(canvas, kind, level, -1);
            return canvas.Pixels.ToArray().Zip(before, (a, b) => Math.Abs(a - b)).Average();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void It_depends_on_its_draws_only(int channels)
    {
        for (var index = 0; index < 200; index++)
            Assert.Equal(Run(index), Run(index));
        Assert.NotEqual(Run(1), Run(2));

        byte[] Run(int index)
        {
            var canvas = PixelTests.Canvas(7, new(channels, 9, 12));
            var draws = new Draws(1, DrawPurpose.Augment, 0, index);
            RandAugment.Apply(canvas, 2, 9, ref draws);
            return canvas.Pixels.ToArray();
        }
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 1, 40)]
    [InlineData(1, 2, 2)]
    public void Tiny_images_survive_everything(int channels, int height, int width)
    {
        var canvas = PixelTests.Canvas(7, new(channels, height, width));
        foreach (var kind in Enum.GetValues<AugmentOperation>())
            RandAugment.Apply(canvas, kind, 1, 1);
    }

    [Fact]
    public void Colour_jitter_of_one_colour_stays_within_its_factors()
    {
        for (var index = 0; index < 200; index++)
        {
            var canvas = new Canvas(new(1, 4, 4));
            canvas.Pixels.Fill(100);
            var draws = new Draws(1, DrawPurpose.Augment, 0, index);
            ColorJitter.Apply(canvas, 0.4, ref draws);
            Assert.InRange(canvas.Pixels[0], 60, 140);
        }
    }

    private static bool Changes(AugmentOperation kind, double level, int sign)
    {
        var canvas = PixelTests.Canvas(7, new(3, 16, 16));
        canvas.Pixels[..256].Fill(90); // room for contrast
        for (var i = 0; i < canvas.Pixels.Length; i++)
            canvas.Pixels[i] = (byte)(20 + canvas.Pixels[i] / 2);
        var before = canvas.Pixels.ToArray();
        RandAugment.Apply(canvas, kind, level, sign);
        return !canvas.Pixels.SequenceEqual(before);
    }
}
