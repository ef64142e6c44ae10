using System.Runtime.CompilerServices;
using Learngene.Vision.Data;

namespace Learngene.Vision.Tests.Data;

public sealed class DataSetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>The data set that ships, in the source tree.</summary>
    internal static string Shipped([CallerFilePath] string here = "") => Path.Combine(here[..here.LastIndexOf("tests", StringComparison.Ordinal)], "data/fashion-mnist");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_data_set_that_ships_opens()
    {
        using var data = DataSet.Open(Shipped());
        Assert.Equal((12_000, 2_000, 10), (data.Train.Count, data.Test.Count, data.Classes));
        Assert.Equal("Ankle boot", data.ClassNames[9]);
        Assert.All(Enumerable.Range(0, data.Train.Count).CountBy(data.Train.Label), pair => Assert.Equal(1_200, pair.Value));
        Assert.All(Enumerable.Range(0, data.Test.Count).CountBy(data.Test.Label), pair => Assert.Equal(200, pair.Value));
        Assert.InRange(data.Preprocess.Mean[0], 0.28, 0.29); // 0.286 and 0.353 over all 60,000
        Assert.InRange(data.Preprocess.Std[0], 0.35, 0.36);
    }

    [Fact]
    public void Preprocess_is_the_mean_and_deviation_of_each_channel()
    {
        var pixels = new byte[2 * 3 * 4];
        pixels.AsSpan(0, 4).Fill(255);       // red: 1 in the first image, 0 in the second
        pixels.AsSpan(8, 4).Fill(51);        // blue: 0.2 in both
        pixels.AsSpan(20, 4).Fill(51);
        var measured = Preprocess.Measure(new MemoryImageSet(new(3, 2, 2), 2, pixels, [0, 1]));
        Assert.Equal([0.5, 0, 0.2], measured.Mean);
        Assert.Equal([0.5, 1, 1], measured.Std); // no spread: left as it is
        Assert.Equal(measured, new Preprocess([0.5, 0, 0.2], [0.5, 1, 1]));
    }

    [Fact]
    public void Unknown_paths_formats_and_contents_are_refused()
    {
        File.WriteAllText(_folder["a"], "");
        Refused(_folder["none"], null, null, "there is no such directory");
        Refused(_folder["a"], null, null, "this is a file");
        Refused(_folder.Path, null, null, "no data set was found");
        Refused(_folder.Path, "tar", null, "the format is \"tar\"; idx, folder and cifar are allowed");
        Refused(_folder.Path, "idx", null, "train-images-idx3-ubyte is missing");
        Refused(_folder.Path, "folder", 0, "--image-size is 0; 1 to 4096");
    }

    [Fact]
    public void An_image_size_is_not_silently_ignored()
    {
        Samples.WriteIdx(_folder, Samples.Idx(height: 6, width: 6));
        Assert.Equal(6, DataSet.Open(_folder.Path, imageSize: 6).Geometry.Height);
        Refused(_folder.Path, null, 32, "only images in folders are resized");
    }

    [Fact]
    public void Class_names_beside_idx_files_are_checked()
    {
        Samples.WriteIdx(_folder, Samples.Idx(classes: 2));
        File.WriteAllText(_folder["class-names.txt"], "a\nb\u0007\n");
        Refused(_folder.Path, null, null, "the class name 1 is over 200 characters long or has control characters");
    }

    [Fact]
    public void A_set_in_memory_refuses_what_does_not_fit()
    {
        var set = Samples.Set(4, new(1, 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Label(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Read(-1, new byte[4]));
        Assert.Throws<ArgumentException>(() => set.Read(0, new byte[5]));
        Assert.Throws<ArgumentException>(() => new MemoryImageSet(new(1, 2, 2), 2, new byte[8], [0, 2]));
        Assert.Throws<ArgumentException>(() => new MemoryImageSet(new(1, 2, 2), 2, new byte[7], [0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryImageSet(new(1, 2, 2), 1, new byte[4], [0]));
    }

    private static void Refused(string path, string? format, int? imageSize, string message) =>
        Assert.Contains(message, Assert.Throws<DataException>(() => DataSet.Open(path, format, imageSize: imageSize)).Message);
}
