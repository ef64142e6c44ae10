using FsCheck.Xunit;
using Learngene.Vision.Federation;

namespace Learngene.Vision.Tests.Federation;

public sealed class PlacesTests
{
    [Property(MaxTest = 200)]
    public void The_largest_are_those_that_sorting_finds(int seed)
    {
        var random = new Random(seed);
        // Coarse values, so that many are equal; signs and sizes at random.
        float[] values = [.. Enumerable.Range(0, random.Next(1, 500)).Select(_ => (float)((random.Next(41) - 20) * Math.Pow(10, random.Next(-30, 30) * random.Next(2))))];
        var places = new int[random.Next(1, values.Length + 1)];
        Largest.Find(values, places);
        var expected = Enumerable.Range(0, values.Length).OrderByDescending(i => Math.Abs(values[i])).ThenBy(i => i).Take(places.Length).Order();
        Assert.Equal(expected, places);
    }

    [Property(MaxTest = 200)]
    public void Ascending_places_survive_in_the_bytes_that_were_promised(int seed)
    {
        var random = new Random(seed);
        int bound = random.Next(1, 5000), count = random.Next(1, bound + 1);
        int[] places = [.. Enumerable.Range(0, bound).OrderBy(_ => random.Next()).Take(count).Order()];
        var body = new byte[AscendingPlaces.Length(count, bound)];
        AscendingPlaces.Write(places, bound, body);
        var read = new int[count];
        Assert.True(AscendingPlaces.TryRead(body, bound, read));
        Assert.Equal(places, read);
        Assert.InRange(8.0 * body.Length / count, 0, 3 + Math.Log2((double)bound / count) + 24.0 / count);
    }

    [Theory]
    [InlineData(0.01, 1, 1)]
    [InlineData(0.5, 3, 2)]
    [InlineData(1, 7, 7)]
    [InlineData(0, 7, 7)]
    public void A_share_is_rounded_up(double share, int values, int count) => Assert.Equal(count, Largest.Count(values, share));
}
