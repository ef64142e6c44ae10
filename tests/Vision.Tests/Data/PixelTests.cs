using FsCheck.Xunit;
using Learngene.Vision.Data;
using Learngene.Vision.Data.Augment;

namespace Learngene.Vision.Tests.Data;

/// <summary>Placement, warps, tone and lightness, one at a time.</summary>
public sealed class PixelTests
{
    [Property]
    public bool Flipping_twice_changes_nothing_and_once_mirrors(byte seed)
    {
        var canvas = Canvas(seed, new(3, 5, 7));
        var before = canvas.Pixels.ToArray();
        Placement.Flip(canvas);
        var mirrored = canvas.Pixels[0] == before[6] && canvas.Pixels[^1] == before[^7];
        Placement.Flip(canvas);
        return mirrored && canvas.Pixels.SequenceEqual(before);
    }

    [Property]
    public bool A_shift_moves_pixels_and_leaves_black(byte seed, sbyte down, sbyte right)
    {
        var (dy, dx) = (down % 7, right % 9);
        var canvas = Canvas(seed, new(2, 5, 7));
        var before = canvas.Pixels.ToArray();
        Placement.Shift(canvas, dy, dx);
        for (var c = 0; c < 2; c++)
            for (var y = 0; y < 5; y++)
                for (var x = 0; x < 7; x++)
                {
                    var inside = y - dy is >= 0 and < 5 && x - dx is >= 0 and < 7;
                    if (canvas.Plane(c)[y * 7 + x] != (inside ? before[c * 35 + (y - dy) * 7 + x - dx] : 0))
                        return false;
                }
        return true;
    }

    [Fact]
    public void A_crop_reaches_every_shift_of_its_padding()
    {
        var draws = new Draws(1, DrawPurpose.Augment, 0, 0);
        var corners = new HashSet<int>();
        for (var i = 0; i < 500; i++)
        {
            var canvas = new Canvas(new(1, 7, 7));
            canvas.Pixels[24] = 1;
            Placement.Crop(canvas, 1, ref draws);
            corners.Add(canvas.Pixels.IndexOf((byte)1));
        }
        Assert.Equal([16, 17, 18, 23, 24, 25, 30, 31, 32], corners.Order());
    }

    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(3, 5, 5)]
    public void A_quarter_turn_four_times_changes_nothing(int channels, int height, int width)
    {
        var canvas = Canvas(3, new(channels, height, width));
        var before = canvas.Pixels.ToArray();
        Warp.Rotate(canvas, 90);
        Assert.NotEqual(before, canvas.Pixels.ToArray());
        for (var i = 0; i < 3; i++)
            Warp.Rotate(canvas, 90);
        Assert.Equal(before, canvas.Pixels.ToArray());
    }

    [Fact]
    public void A_shear_moves_rows_by_their_distance_from_the_centre()
    {
        var canvas = new Canvas(new(1, 5, 9));
        for (var y = 0; y < 5; y++)
            canvas.Pixels[y * 9 + 4] = 200;
        Warp.ShearX(canvas, 1);
        for (var y = 0; y < 5; y++)
            Assert.Equal(200, canvas.Pixels[y * 9 + 4 - (y - 2)]);
        Assert.Equal(5, canvas.Pixels.Count((byte)200));
    }

    [Fact]
    public void A_constant_image_stays_constant_inside_a_warp()
    {
        var canvas = new Canvas(new(1, 21, 21));
        canvas.Pixels.Fill(77);
        Warp.Rotate(canvas, 17);
        Assert.Equal(77, canvas.Pixels[10 * 21 + 10]);
        Assert.Equal(77, canvas.Pixels[6 * 21 + 13]);
        Assert.True(canvas.Pixels[0] < 77);
    }

    [Fact]
    public void Tone_does_what_it_says()
    {
        Assert.Equal([255, 155, 55, 0], After(Tone.Invert));
        Assert.Equal([0, 96, 192, 240], After(canvas => Tone.Posterize(canvas, 4)));
        Assert.Equal([0, 100, 55, 0], After(canvas => Tone.Solarize(canvas, 128)));
        Assert.Equal([0, 150, 255, 255], After(canvas => Tone.Brightness(canvas, 1.5)));
        Assert.Equal([139, 139, 139, 139], After(canvas => Tone.Contrast(canvas, 0)));
        Assert.Equal([0, 61, 255, 255], After(canvas => Tone.Contrast(canvas, 2)));

        static int[] After(Action<Canvas> change)
        {
            var canvas = new Canvas(new(1, 2, 2));
            new byte[] { 0, 100, 200, 255 }.CopyTo(canvas.Pixels);
            change(canvas);
            return [.. canvas.Pixels.ToArray()];
        }
    }

    [Fact]
    public void Auto_contrast_stretches_each_channel_and_leaves_flat_ones()
    {
        var canvas = new Canvas(new(2, 1, 3));
        new byte[] { 50, 75, 100, 9, 9, 9 }.CopyTo(canvas.Pixels);
        Tone.AutoContrast(canvas);
        Assert.Equal([0, 128, 255, 9, 9, 9], canvas.Pixels.ToArray());
    }

    [Fact]
    public void Equalize_spreads_values_evenly()
    {
        var canvas = new Canvas(new(1, 32, 32));
        for (var i = 0; i < 1024; i++)
            canvas.Pixels[i] = (byte)(i / 16); // 0 to 63
        Tone.Equalize(canvas);
        var mean = canvas.Pixels.ToArray().Average(v => (double)v);
        Assert.InRange(mean, 120, 135);
        Assert.Equal(255, canvas.Pixels.ToArray().Max());
    }

    [Fact]
    public void Saturation_zero_is_grey_and_grey_images_have_none()
    {
        var colour = Canvas(5, new(3, 4, 4));
        Lightness.Saturation(colour, 0);
        Assert.True(colour.Plane(0).SequenceEqual(colour.Plane(1)) && colour.Plane(1).SequenceEqual(colour.Plane(2)));
        var grey = Canvas(5, new(1, 4, 4));
        var before = grey.Pixels.ToArray();
        Lightness.Saturation(grey, 0);
        Assert.Equal(before, grey.Pixels.ToArray());
    }

    [Fact]
    public void Sharpness_above_one_raises_an_edge_and_below_one_lowers_it()
    {
        Assert.True(Step(1.9) > Step(1));
        Assert.True(Step(0.1) < Step(1));

        static int Step(double factor)
        {
            var canvas = new Canvas(new(1, 5, 6));
            for (var i = 0; i < 30; i++)
                canvas.Pixels[i] = (byte)(i % 6 < 3 ? 100 : 150);
            Lightness.Sharpness(canvas, factor);
            return canvas.Pixels[2 * 6 + 3] - canvas.Pixels[2 * 6 + 2];
        }
    }

    internal static Canvas Canvas(int seed, ImageGeometry geometry)
    {
        var canvas = new Canvas(geometry);
        Samples.Bytes(seed, geometry.Size).CopyTo(canvas.Pixels);
        return canvas;
    }
}
