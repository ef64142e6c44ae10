using System.Diagnostics;
using Learngene.Vision.Data;
using SkiaSharp;
using Xunit.Abstractions;

namespace Learngene.Vision.Tests.Data;

/// <summary>
/// How many images a second the loader delivers; the figures are in docs/results/data-loading.md, with the command that prints them.
/// The bounds only notice a loader that became several times slower, since machines differ.
/// </summary>
[Collection(nameof(Alone))]
public sealed class LoaderThroughputTests(ITestOutputHelper output)
{
    private static readonly AugmentOptions FlipOnly = new() { Flip = true };
    private static readonly AugmentOptions Rand = new() { Flip = true, RandAugmentOps = 2, RandomErasing = 0.25 };

    [Fact]
    public Task Small_images_in_memory_cost_far_less_than_training_on_them() => Within.Minutes(3, () =>
    {
        using var data = DataSet.Open(DataSetTests.Shipped());
        foreach (var workers in (int[])[0, 1, 2])
        {
            var rate = Measure("28 x 28 IDX, flip", data, FlipOnly, workers, passes: 20);
            Assert.InRange(128 / rate, 0, 1.5e-3); // seconds for a batch of 128
        }
    });

    [Fact]
    public Task Photographs_are_decoded_and_varied_by_all_threads() => Within.Minutes(5, () =>
    {
        foreach (var (height, width) in ((int, int)[])[(224, 224), (375, 500)])
        {
            using var folder = new TempFolder();
            WritePhotographs(folder, 200, height, width);
            output.WriteLine($"{width} x {height} JPEG: {new FileInfo(folder["odd/001.jpg"]).Length:N0} bytes a file");
            using var data = DataSet.Open(folder.Path, imageSize: 224);
            foreach (var augment in (AugmentOptions[])[AugmentOptions.None, Rand])
                foreach (var workers in (int[])[1, 2])
                    Assert.InRange(Measure($"{width} x {height} JPEG to 224, {(augment == Rand ? "flip, RandAugment 2 x 9, erasing" : "nothing")}", data, augment, workers, passes: 3), 20, double.MaxValue);
        }
    });

    private double Measure(string what, DataSet data, AugmentOptions augment, int workers, int passes)
    {
        var options = new BatchLoaderOptions
        {
            Set = data.Train, Preprocess = data.Preprocess, Augment = augment, Workers = workers, BatchSize = Math.Min(128, data.Train.Count / 8), Shuffle = true,
        };
        using var loader = new BatchLoader(options);
        var images = loader.Sum(batch => batch.Count); // once to warm up
        var watch = Stopwatch.StartNew();
        for (var pass = 0; pass < passes; pass++)
            foreach (var batch in loader)
                Assert.True(batch.Count > 0);
        var rate = passes * images / watch.Elapsed.TotalSeconds;
        output.WriteLine($"{what}, {workers} workers: {rate:N0} images/s ({1e6 / rate:N1} us an image)");
        return rate;
    }

    /// <summary>Smooth shapes under a little noise, so that a JPEG is about as large as a photograph's.</summary>
    private static void WritePhotographs(TempFolder folder, int count, int height, int width)
    {
        var random = new Random(1);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var image = 0; image < count; image++)
        {
            var phase = random.NextDouble() * 6;
            var pixels = bitmap.GetPixelSpan();
            for (var i = 0; i < height * width; i++)
                for (var c = 0; c < 4; c++)
                    pixels[4 * i + c] = c == 3 ? (byte)255
                        : (byte)(128 + 60 * Math.Sin(phase + c + i % width / 31.0) * Math.Cos(phase + i / width / 23.0) + 20 * Math.Sin(i % width * i / width / 900.0) + random.Next(-12, 13));
            var path = folder[$"{(image % 2 == 0 ? "even" : "odd")}/{image:d3}.jpg"];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = File.Create(path);
            bitmap.Encode(file, SKEncodedImageFormat.Jpeg, 85);
        }
    }
}

/// <summary>Tests that measure time run while no other does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
