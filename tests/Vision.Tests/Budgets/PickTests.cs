using System.Diagnostics;
using FsCheck.Xunit;
using Learngene.Vision.Budgets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Xunit.Abstractions;

namespace Learngene.Vision.Tests.Budgets;

public sealed class PickTests(ITestOutputHelper output)
{
    [Property(MaxTest = 300)]
    public void The_pick_is_what_looking_at_every_size_finds(int seed, bool measured, byte limits)
    {
        var random = new Random(seed);
        var options = Sizes.Some(random, 1 + random.Next(40));
        // Few different accuracies, so that there are ties.
        var known = measured ? options.Where(_ => random.Next(3) > 0).Select(o => new MeasuredAccuracy(o.Width, o.Depth, o.Components, random.Next(5) / 10.0)).ToList() : [];
        var model = new AccuracyModel(known);
        var edge = options[random.Next(options.Count)];
        var budget = new Budget
        {
            MaxParams = (limits & 1) > 0 || limits % 16 == 0 ? edge.Parameters + random.Next(-1, 2) : null,
            MaxFlops = (limits & 2) > 0 ? edge.Flops + random.Next(-1, 2) : null,
            MaxBytes = (limits & 4) > 0 ? edge.Bytes(TensorType.F16) + random.Next(-1, 2) : null,
            MaxLatency = (limits & 8) > 0 ? Sizes.Profile().Latency(edge.Shape) : null,
            Profile = Sizes.Profile(), Type = TensorType.F16,
        };

        SizeOption? best = null;
        double Worth(SizeOption o) => model.Of(o).Value ?? o.Shape.Parameters;
        // Cheaper first; where nothing is known, more components first.
        (long, long, int) Price(SizeOption o) => (o.Flops, o.Parameters, known.Count > 0 ? 0 : -(o.Components ?? 0));
        int fitting = 0;
        foreach (var o in options)
        {
            if (budget.MaxParams < o.Parameters || budget.MaxFlops < o.Flops || budget.MaxBytes < o.Bytes(TensorType.F16) || budget.MaxLatency < Sizes.Profile().Latency(o.Shape)) continue;
            fitting++;
            if (best is null || Worth(o) > Worth(best) + 1e-12) best = o;
            else if (Worth(o) >= Worth(best) - 1e-12 && Price(o).CompareTo(Price(best)) < 0) best = o;
        }

        if (best is null)
        {
            Assert.Throws<InvalidInputException>(() => SizePicker.Pick(options, budget, model));
            return;
        }
        var choice = SizePicker.Pick(options, budget, model);
        Assert.Equal((best.Name, fitting, options.Count), (choice.Chosen.Size.Name, choice.Fitting, choice.Considered));
        Assert.Equal(Math.Min(SizePicker.MostRunnersUp, fitting - 1), choice.RunnersUp.Count);
        double last = Worth(best);
        foreach (var next in choice.RunnersUp)
        {
            Assert.True(budget.Allows(next.Size));
            Assert.True(Worth(next.Size) <= last + 1e-12);
            Assert.Equal((next.Size.Parameters, next.Size.Flops, next.Size.Bytes(TensorType.F16), Sizes.Profile().Latency(next.Size.Shape)), (next.Parameters, next.Flops, next.Bytes, next.Latency!.Value));
            last = Worth(next.Size);
        }
    }

    [Fact]
    public void Equal_accuracies_go_to_the_cheaper_and_the_reason_has_the_numbers()
    {
        SizeOption[] options = [Sizes.Of(64, 4), Sizes.Of(32, 4), Sizes.Of(32, 6)];
        var choice = SizePicker.Pick(options, new() { MaxParams = 10_000_000 }, new(options.Select(o => new MeasuredAccuracy(o.Width, o.Depth, null, 0.854))));
        Assert.Equal("32x4", choice.Chosen.Size.Name);
        Assert.Equal(["32x6", "64x4"], choice.RunnersUp.Select(r => r.Size.Name));
        foreach (string part in (string[])["32x4", "85.4 % measured", "3 of 3 sizes", "maxParams 10,000,000", $"{choice.Chosen.Parameters:N0} parameters"])
            Assert.Contains(part, choice.Reason);
    }

    [Fact]
    public void Where_nothing_is_known_the_largest_that_fits_is_taken_and_it_says_so()
    {
        SizeOption[] options = [Sizes.Of(64, 4), Sizes.Of(32, 4), Sizes.Of(32, 6)];
        var choice = SizePicker.Pick(options, new() { MaxParams = options[2].Parameters }, AccuracyModel.None);
        Assert.Equal(("32x6", null, AccuracySource.Unknown), (choice.Chosen.Size.Name, choice.Chosen.Accuracy.Value, choice.Chosen.Accuracy.Source));
        Assert.Contains("larger is assumed better", choice.Reason);
    }

    [Fact]
    public void Where_nothing_fits_every_limit_and_the_smallest_size_are_named()
    {
        SizeOption[] options = [Sizes.Of(64, 4), Sizes.Of(32, 4)];
        var budget = new Budget { MaxParams = 1000, MaxFlops = 2000, MaxBytes = 3000, MaxLatency = 1e-6, Profile = Sizes.Profile() };
        string message = Assert.Throws<InvalidInputException>(() => SizePicker.Pick(options, budget, AccuracyModel.None)).Message;
        foreach (string part in (string[])["maxParams 1,000", "maxFlops 2,000", "maxBytes 3,000", "maxLatency 0.001 ms", "32x4", $"{options[1].Parameters:N0} parameters", "ms for an image"])
            Assert.Contains(part, message);
    }

    [Fact]
    public void What_cannot_be_kept_is_refused()
    {
        Refused(new(), "at least one of maxParams, maxFlops, maxBytes and maxLatency");
        Refused(new() { MaxParams = 0 }, "maxParams 0 ");
        Refused(new() { MaxFlops = -1 }, "maxFlops -1 ");
        Refused(new() { MaxBytes = -5 }, "maxBytes -5 ");
        Refused(new() { MaxLatency = double.NaN, Profile = Sizes.Profile() }, "maxLatency NaN");
        Refused(new() { MaxLatency = 0.01 }, "learngene-edge probe");
        Refused(new() { MaxParams = 1, Type = TensorType.I64 }, "type I64");
        Assert.Throws<InvalidInputException>(() => SizePicker.Pick([], new() { MaxParams = 1 }, AccuracyModel.None));

        static void Refused(Budget budget, string part) =>
            Assert.Contains(part, Assert.Throws<InvalidInputException>(() => SizePicker.Pick([Sizes.Of(32, 4)], budget, AccuracyModel.None)).Message);
    }

    // 50 ms on two cores; five times that for a machine that does other things.
    [Fact]
    public void Twenty_thousand_sizes_are_looked_through_at_once()
    {
        List<SizeOption> options = [.. from width in Enumerable.Range(1, 200) from depth in Enumerable.Range(1, 100) select Sizes.Of(16 * width, depth)];
        var model = new AccuracyModel(Enumerable.Range(1, 30).Select(i => new MeasuredAccuracy(16 * i, i, null, 0.5 + i / 100.0)));
        var budget = new Budget { MaxParams = 60_000_000, MaxFlops = 40_000_000_000, MaxBytes = 200_000_000, MaxLatency = 0.2, Profile = Sizes.Profile() };
        SizePicker.Pick(options, budget, model);
        double best = Enumerable.Range(0, 5).Min(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            SizePicker.Pick(options, budget, model);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        output.WriteLine($"{best:F1} ms for {options.Count:N0} sizes");
        Assert.True(best < 250, $"{best:F0} ms");
    }
}

/// <summary>Sizes and a device, made up.</summary>
internal static class Sizes
{
    public static SizeOption Of(int width, int depth, int? components = null) => new(width, depth, components, new VitShape
    {
        ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = width, Depth = depth, Heads = width / 16,
    });

    public static List<SizeOption> Some(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Of(16 * random.Next(1, 12), random.Next(1, 9), random.Next(2) == 0 ? null : random.Next(1, 4))).DistinctBy(o => o.Name)];

    public static DeviceProfile Profile() => new()
    {
        Version = 1, Device = "a test", Cores = 2, Threads = 1, Precision = Precision.Fp32, Sizes = 20, Fastest = 1e-4, Slowest = 0.1,
        Coefficients = new() { Constant = 1e-4, Layer = 1e-4, Product = 2e-11, Weight = 1e-10, Activation = 1e-9, Attention = 3e-11, Score = 1e-9 },
        Error = new(0.03, 0.12, 9),
    };
}
