using Learngene.Vision.Data;
using Learngene.Vision.Data.Augment;

namespace Learngene.Vision.Tests.Data;

/// <summary>Random erasing, mixup and cutmix.</summary>
public sealed class MixingTests
{
    private static readonly ImageGeometry Geometry = new(2, 10, 12);

    [Theory]
    [InlineData(28, 28)]
    [InlineData(224, 224)]
    [InlineData(8, 40)]
    public void What_is_erased_lies_inside_and_has_a_fair_area(int height, int width)
    {
        var geometry = new ImageGeometry(3, height, width);
        var draws = new Draws(1, DrawPurpose.Augment, 0, 0);
        for (var i = 0; i < 2_000; i++)
            if (RandomErasing.Choose(geometry, ref draws) is { } box)
            {
                Assert.True(box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= height && box.Left + box.Width <= width);
                var rounding = (box.Height + box.Width) / 2.0 + 0.25; // half a pixel on each side
                Assert.InRange(box.Height * box.Width, RandomErasing.MinArea * geometry.Plane - rounding, RandomErasing.MaxArea * geometry.Plane + rounding);
            }
    }

    [Fact]
    public void Erasing_writes_noise_into_one_rectangle_and_leaves_the_rest()
    {
        var geometry = new ImageGeometry(2, 30, 30);
        var pixels = Enumerable.Repeat(100f, geometry.Size).ToArray();
        var draws = new Draws(1, DrawPurpose.Augment, 0, 0);
        RandomErasing.Apply(pixels, geometry, 1, ref draws);
        var changed = pixels.Count(v => v != 100f);
        Assert.InRange(changed / 2.0, 0.01 * 900, 0.36 * 900);
        Assert.All(pixels.Where(v => v != 100f), v => Assert.InRange(v, -7, 7));
        var untouched = Enumerable.Repeat(100f, geometry.Size).ToArray();
        RandomErasing.Apply(untouched, geometry, 0, ref draws);
        Assert.DoesNotContain(untouched, v => v != 100f);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(1)]
    public void Mixup_is_the_weighted_sum_with_the_opposite_image(int count)
    {
        var before = Numbers(count);
        var after = before.ToArray();
        var draws = new Draws(1, DrawPurpose.Mix, 0, 0);
        var weight = Mixing.Apply(after, count, Geometry, new() { Mixup = 0.8 }, ref draws);
        Assert.InRange(weight, 0, 1);
        for (var i = 0; i < count; i++)
            for (var k = 0; k < Geometry.Size; k++)
                Assert.Equal(weight * before[i * Geometry.Size + k] + (1 - weight) * before[(count - 1 - i) * Geometry.Size + k], after[i * Geometry.Size + k], 1e-2);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Cutmix_weighs_labels_by_what_is_left_of_the_image(int count)
    {
        for (var index = 0; index < 50; index++)
        {
            var before = Numbers(count);
            var after = before.ToArray();
            var draws = new Draws(1, DrawPurpose.Mix, 0, index);
            var weight = Mixing.Apply(after, count, Geometry, new() { Cutmix = 1 }, ref draws);
            for (var i = 0; i < count; i++)
            {
                var opposite = (count - 1 - i) * Geometry.Size;
                var kept = Enumerable.Range(0, Geometry.Size).Count(k => after[i * Geometry.Size + k] == before[i * Geometry.Size + k]);
                Assert.Equal(i == count - 1 - i ? 1 : weight, (double)kept / Geometry.Size, 1e-5);
                Assert.All(Enumerable.Range(0, Geometry.Size), k => Assert.True(
                    after[i * Geometry.Size + k] == before[i * Geometry.Size + k] || after[i * Geometry.Size + k] == before[opposite + k]));
            }
        }
    }

    [Fact]
    public void With_both_each_is_chosen_about_half_the_time()
    {
        var cut = 0;
        for (var index = 0; index < 400; index++)
        {
            var pixels = Numbers(2);
            var draws = new Draws(1, DrawPurpose.Mix, 0, index);
            Mixing.Apply(pixels, 2, Geometry, new() { Mixup = 1, Cutmix = 1 }, ref draws);
            cut += pixels.All(float.IsInteger) ? 1 : 0;
        }
        Assert.InRange(cut, 160, 240);
    }

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count * Geometry.Size).Select(i => (float)i)];
}
