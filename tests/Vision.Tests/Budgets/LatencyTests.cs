using FsCheck.Xunit;
using Learngene.Vision.Budgets;
using Learngene.Vision.Models;

namespace Learngene.Vision.Tests.Budgets;

public sealed class LatencyTests
{
    [Property(MaxTest = 60)]
    public void Prices_that_made_the_latencies_are_found_again(int seed)
    {
        var random = new Random(seed);
        double Price(double scale) => random.Next(3) == 0 ? 0 : scale * random.NextDouble();
        var truth = new LatencyCoefficients
        {
            Constant = 1e-5 + Price(1e-4), Layer = Price(1e-4), Product = Price(2e-11), Weight = Price(1e-10), Activation = Price(1e-8), Attention = Price(3e-11), Score = Price(1e-9),
        };
        var fitted = LatencyFit.Fit([.. Shapes(24).Select(s => new MeasuredLatency(s, LatencyFit.Predict(truth, s)))]);
        foreach (var shape in Shapes(60))
            Assert.Equal(1, LatencyFit.Predict(fitted, shape) / LatencyFit.Predict(truth, shape), 1e-5);
    }

    [Fact]
    public void One_measurement_that_was_disturbed_decides_nothing()
    {
        var profile = Sizes.Profile();
        MeasuredLatency[] measured = [.. Shapes(24).Select((s, i) => new MeasuredLatency(s, profile.Latency(s) * (i == 9 ? 3 : 1)))];
        var fitted = LatencyFit.Fit(measured);
        foreach (var shape in Shapes(60)) Assert.Equal(1, LatencyFit.Predict(fitted, shape) / profile.Latency(shape), 0.1);
    }

    [Fact]
    public void The_error_is_the_relative_one_at_the_sizes_held_out()
    {
        var prices = Sizes.Profile().Coefficients;
        double[] off = [1.1, 1 / 1.2, 1, 1.3];
        var error = LatencyFit.Error(prices, [.. Shapes(4).Select((s, i) => new MeasuredLatency(s, LatencyFit.Predict(prices, s) / off[i]))]);
        Assert.Equal(4, error.Sizes);
        Assert.Equal(0.3, error.Max, 1e-9);
        Assert.Equal((0.1 + 1 - 1 / 1.2) / 2, error.Median, 1e-9);
        Assert.Throws<InvalidInputException>(() => LatencyFit.Error(prices, []));
    }

    [Fact]
    public void Too_few_or_impossible_measurements_are_refused()
    {
        Assert.Contains("7 measured sizes", Assert.Throws<InvalidInputException>(() => LatencyFit.Fit([.. Shapes(7).Select(s => new MeasuredLatency(s, 1))])).Message);
        Assert.Contains("latency of 0 s", Assert.Throws<InvalidInputException>(() => LatencyFit.Fit([.. Shapes(9).Select((s, i) => new MeasuredLatency(s, i))])).Message);
    }

    [Property(MaxTest = 200)]
    public void The_non_negative_solution_is_optimal(int seed)
    {
        // Karush, Kuhn and Tucker: no column that is used could be better, no column that is not would help.
        var random = new Random(seed);
        int rows = random.Next(4, 12);
        double[][] a = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, 4).Select(_ => random.NextDouble() - 0.3).ToArray())];
        double[] y = [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() - 0.3)];
        double[] x = NonNegative.LeastSquares(a, y, 4);
        for (int c = 0; c < 4; c++)
        {
            double gradient = Enumerable.Range(0, rows).Sum(r => a[r][c] * (a[r].Zip(x, (p, q) => p * q).Sum() - y[r]));
            Assert.True(x[c] >= 0 && gradient > -1e-9 && (x[c] == 0 || gradient < 1e-9), $"column {c}: {x[c]}, gradient {gradient}");
        }
    }

    [Fact]
    public void A_profile_comes_back_from_its_JSON()
    {
        var profile = Sizes.Profile() with { Precision = Precision.Bf16 };
        Assert.Contains("\"precision\":\"bf16\"", profile.ToJson());
        Assert.Equal(profile, DeviceProfile.Parse(profile.ToJson()));
    }

    [Theory]
    [InlineData("\"version\":1", "\"version\":2", "version 2")]
    [InlineData("\"device\":\"a test\"", "\"device\":\"\"", "names no device")]
    [InlineData("\"device\":\"a test\"", "\"device\":\"a\\u0007\"", "names no device")]
    [InlineData("\"threads\":1", "\"threads\":0", "threads 0")]
    [InlineData("\"cores\":2", "\"cores\":-2", "cores -2")]
    [InlineData("\"layer\":0.0001", "\"layer\":-0.0001", "coefficients.layer -0.0001")]
    [InlineData("\"layer\":0.0001", "\"layer\":1e99", "coefficients.layer 1E+99")]
    [InlineData("\"layer\":0.0001", "\"layer\":1e999", "layer")]
    [InlineData("\"layer\":0.0001", "\"lager\":0.0001", "lager")]
    [InlineData("\"layer\":0.0001,", "", "layer")]
    [InlineData("\"median\":0.03", "\"median\":-1", "error.median -1")]
    [InlineData("\"sizes\":9", "\"sizes\":0", "error.sizes 0")]
    [InlineData("\"slowest\":0.1", "\"slowest\":0", "fastest")]
    [InlineData("\"precision\":\"fp32\"", "\"precision\":\"fp8\"", "precision")]
    [InlineData("\"cores\":2", "\"kores\":2", "'cores'")]
    [InlineData("{\"version\":1", "[{\"version\":1", "profile cannot be read")]
    public void A_profile_that_no_device_has_is_refused(string good, string bad, string part)
    {
        string json = Sizes.Profile().ToJson();
        Assert.Contains(good, json);
        Assert.Contains(part, Assert.Throws<InvalidInputException>(() => DeviceProfile.Parse(json.Replace(good, bad))).Message);
    }

    [Fact]
    public void A_profile_of_any_length_is_not_read() =>
        Assert.Contains("65,536", Assert.Throws<InvalidInputException>(() => DeviceProfile.Parse(new string(' ', 100_000))).Message);

    // Sizes in which every term has its say.
    private static IEnumerable<VitShape> Shapes(int count)
    {
        int[] widths = [32, 64, 128, 192, 384], depths = [2, 5, 12], images = [28, 56, 112];
        for (int i = 0; i < count; i++)
        {
            int width = widths[i % 5];
            yield return new() { ImageSize = images[i / 3 % 3], PatchSize = 7, Channels = 1, Classes = 10, Width = width, Depth = depths[(i + i / 7) % 3], Heads = width / (i % 2 == 0 ? 16 : 32) };
        }
    }
}
