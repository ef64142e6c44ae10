using Learngene.Vision.Data;

namespace Learngene.Vision.Tests.Data;

/// <summary>What is delivered: the same whoever prepares it and wherever it starts.</summary>
public sealed class BatchLoaderTests
{
    private static readonly ImageGeometry Geometry = new(3, 9, 8);
    private static readonly AugmentOptions Everything = new()
    {
        Flip = true, CropPadding = 2, RandomErasing = 0.5, Mixup = 0.8, Cutmix = 1, RandAugmentOps = 2, ColorJitter = 0.4,
    };

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 100)]
    public Task Any_number_of_threads_delivers_the_same(int workers, int depth) => Within.OneMinute(() =>
    {
        var alone = All(Options(Everything) with { Workers = 0 });
        Assert.Equal(11, alone.Count);
        Assert.Equal(alone, All(Options(Everything) with { Workers = workers, QueueDepth = depth }));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public Task Resuming_delivers_the_rest_of_the_epoch(int workers) => Within.OneMinute(() =>
    {
        var whole = All(Options(Everything) with { Workers = workers });
        for (var first = 0; first <= whole.Count; first++)
            Assert.Equal(whole[first..], All(Options(Everything) with { Workers = workers, FirstBatch = first }));
    });

    [Fact]
    public Task Resuming_does_not_read_what_is_skipped() => Within.OneMinute(() =>
    {
        var set = new CountingSet(Samples.Set(105, Geometry));
        var batches = All(Options(Everything) with { Set = set, FirstBatch = 10, Workers = 2 });
        Assert.Equal(5, set.Reads);
        Assert.Single(batches);
    });

    [Fact]
    public Task A_loader_may_be_enumerated_again() => Within.OneMinute(() =>
    {
        using var loader = new BatchLoader(Options(Everything));
        Assert.Equal(loader.Select(Snapshot), loader.Select(Snapshot));
    });

    [Fact]
    public void Seed_and_epoch_change_order_and_augmentation()
    {
        var options = Options(new() { Flip = true }) with { Workers = 0 };
        Assert.NotEqual(All(options), All(options with { Epoch = 1 }));
        Assert.NotEqual(All(options), All(options with { Seed = 2 }));
        Assert.NotEqual(All(options with { Shuffle = false }), All(options with { Shuffle = false, Epoch = 1 }));
        var plain = options with { Shuffle = false, Augment = AugmentOptions.None };
        Assert.Equal(All(plain), All(plain with { Epoch = 1, Seed = 2 }));
    }

    [Fact]
    public void Without_augmentation_pixels_are_only_normalised()
    {
        var set = Samples.Set(5, Geometry);
        var preprocess = new Preprocess([0.5, 0.25, 0], [0.5, 0.2, 1]);
        using var loader = new BatchLoader(new() { Set = set, Preprocess = preprocess, BatchSize = 5, Workers = 0 });
        var batch = loader.First();
        for (var i = 0; i < 5; i++)
            for (var k = 0; k < Geometry.Size; k++)
            {
                var c = k / Geometry.Plane;
                Assert.Equal((Samples.Read(set, i)[k] / 255.0 - preprocess.Mean[c]) / preprocess.Std[c], batch.Pixels[i * Geometry.Size + k], 1e-5);
            }
        Assert.Equal([0L, 1, 2, 3, 0], batch.Labels);
        Assert.True(batch.Mix is null && batch.OtherLabels is null);
    }

    [Fact]
    public void Every_image_comes_once_an_epoch()
    {
        var set = new CountingSet(Samples.Set(103, Geometry));
        All(Options(Everything) with { Set = set, Workers = 0 });
        Assert.Equal(Enumerable.Range(0, 103), set.Order.Order());
        Assert.NotEqual(Enumerable.Range(0, 103), set.Order);
    }

    [Fact]
    public void A_smaller_subset_is_part_of_a_larger_one_whatever_the_epoch()
    {
        Assert.Subset(Taken(40, 0), Taken(20, 3));
        Assert.Equal(20, Taken(20, 0).Count);
        Assert.NotEqual(Enumerable.Range(0, 20), Taken(20, 0).Order());

        static HashSet<int> Taken(int take, int epoch)
        {
            var set = new CountingSet(Samples.Set(103, Geometry));
            All(Options(Everything) with { Set = set, Workers = 0, Take = take, Epoch = epoch });
            return [.. set.Order];
        }
    }

    [Fact]
    public void The_last_batch_is_smaller_or_left_out()
    {
        var options = Options(Everything) with { Workers = 0 };
        Assert.Equal(5, All(options)[^1].Labels.Split(' ').Length);
        using var loader = new BatchLoader(options with { DropLast = true });
        Assert.Equal((10, 10), (loader.BatchCount, loader.Count()));
        Assert.Equal(11, new BatchLoader(options).BatchCount);
    }

    [Fact]
    public void Mixed_batches_carry_the_labels_of_their_opposites_and_a_weight()
    {
        using var loader = new BatchLoader(Options(Everything) with { Workers = 0 });
        Assert.All(loader, batch =>
        {
            Assert.InRange(batch.Mix!.Value, 0, 1);
            Assert.Equal(batch.Labels.Reverse(), batch.OtherLabels!);
        });
    }

    [Fact]
    public void Options_out_of_range_are_refused_in_words()
    {
        var sound = Options(Everything);
        Refused(sound with { BatchSize = 0 }, "BatchSize is 0; 1 or more");
        Refused(sound with { BatchSize = int.MaxValue }, "BatchSize is 2147483647; at most");
        Refused(sound with { Take = 106 }, "Take is 106; 1 to 105");
        Refused(sound with { FirstBatch = 12 }, "FirstBatch is 12; 0 to 11");
        Refused(sound with { Workers = -1 }, "Workers is -1; 0 to 256");
        Refused(sound with { QueueDepth = 0 }, "QueueDepth is 0; 1 to 1,024");
        Refused(sound with { Epoch = -1 }, "Epoch is -1; 0 or more");
        Refused(sound with { Preprocess = new([0], [1]) }, "1 means and 1 deviations; the images have 3 channels");
        Refused(sound with { Preprocess = new([0, 0, 0], [1, 0, 1]) }, "deviations above 0");
        Refused(sound with { Augment = new() { CropPadding = 8 } }, "CropPadding is 8");
        Refused(sound with { Set = new MemoryImageSet(Geometry, 2, [], []) }, "at least one image");
    }

    internal static BatchLoaderOptions Options(AugmentOptions augment) => new()
    {
        Set = Samples.Set(105, Geometry), Preprocess = new([0.4, 0.5, 0.6], [0.2, 0.25, 0.3]), Augment = augment, BatchSize = 10, Seed = 1, Shuffle = true,
    };

    private static void Refused(BatchLoaderOptions options, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new BatchLoader(options)).Message);

    private static List<Content> All(BatchLoaderOptions options)
    {
        using var loader = new BatchLoader(options);
        return [.. loader.Select(Snapshot)];
    }

    // The arrays are used again, so what a test keeps must be a copy; strings compare by value.
    private static Content Snapshot(Batch batch)
    {
        Assert.Equal(batch.Count * batch.Geometry.Size, batch.Pixels.Length);
        return new(batch.Number, string.Join(' ', batch.Labels), string.Join(' ', batch.OtherLabels ?? []), batch.Mix, string.Join(' ', batch.Pixels));
    }

    private sealed record Content(int Number, string Labels, string OtherLabels, float? Mix, string Pixels);
}
