using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Tests.Data;

namespace Learngene.Vision.Tests.Federation;

public sealed class PartitionTests
{
    private static readonly ImageSet s_images = Samples.Set(6000, new(1, 4, 4), classes: 10);

    [Theory]
    [InlineData(PartitionKind.Iid), InlineData(PartitionKind.Dirichlet), InlineData(PartitionKind.Labels)]
    public void Every_deal_is_disjoint_as_large_as_asked_and_follows_its_seed(PartitionKind kind)
    {
        var settings = new PartitionSettings { Kind = kind, Clients = 20, ImagesPerClient = 40, Alpha = 0.5 };
        var deal = Partition.Of(settings, s_images);
        int[] all = [.. Enumerable.Range(0, 20).SelectMany(deal.Images)];
        Assert.Equal(800, all.Distinct().Count());
        Assert.All(Enumerable.Range(0, 20), c => Assert.Equal(40, deal.Histogram(c).Sum()));
        Assert.Equal(all, Enumerable.Range(0, 20).SelectMany(Partition.Of(settings, s_images).Images));
        Assert.NotEqual(all, Enumerable.Range(0, 20).SelectMany(Partition.Of(settings with { Seed = 2 }, s_images).Images));
    }

    [Fact]
    public void Iid_clients_have_all_labels_alike() =>
        Assert.All(Deal(new() { Kind = PartitionKind.Iid, Clients = 20, ImagesPerClient = 40 }), h => Assert.All(h, n => Assert.Equal(4, n)));

    [Fact]
    public void Labels_go_round_so_that_each_is_had_by_as_many()
    {
        var histograms = Deal(new() { Kind = PartitionKind.Labels, LabelsPerClient = 2, Clients = 50, ImagesPerClient = 40 });
        Assert.All(histograms, h => Assert.Equal([20, 20], h.Where(n => n > 0)));
        for (int label = 0; label < 10; label++) Assert.Equal(10, histograms.Count(h => h[label] > 0));
    }

    [Theory]
    [InlineData(0.1), InlineData(1), InlineData(100)]
    public void Dirichlets_shares_have_its_mean_and_variance(double alpha)
    {
        var histograms = Deal(new() { Kind = PartitionKind.Dirichlet, Alpha = alpha, Clients = 600, ImagesPerClient = 100 });
        double[] shares = [.. histograms.SelectMany(h => h.Select(n => n / 100.0))];
        Assert.Equal(0.1, shares.Average(), 1e-9);
        double variance = shares.Average(s => (s - 0.1) * (s - 0.1)), expected = 0.1 * 0.9 / (10 * alpha + 1);
        Assert.InRange(variance / expected, 0.85, 1.15);
        double mean = histograms.Average(h => h[3] / 100.0);
        Assert.InRange(mean, 0.1 - 4 * Math.Sqrt(expected / 600), 0.1 + 4 * Math.Sqrt(expected / 600));
    }

    [Fact]
    public void Where_images_run_out_none_comes_twice_to_the_same_client()
    {
        var deal = Partition.Of(new() { Kind = PartitionKind.Labels, LabelsPerClient = 2, Clients = 40, ImagesPerClient = 1000 }, s_images);
        Assert.All(Enumerable.Range(0, 40), c => Assert.Equal(1000, deal.Images(c).Distinct().Count()));
        Assert.Throws<InvalidInputException>(() => Partition.Of(new() { Clients = 2000, ImagesPerClient = 0 }, s_images));
        Assert.Throws<InvalidInputException>(() => Partition.Of(new() { Kind = PartitionKind.External }, s_images));
        Assert.Throws<InvalidInputException>(() => Partition.Of(new() { Kind = PartitionKind.Labels, LabelsPerClient = 11 }, s_images));
    }

    [Fact]
    public void Quantities_are_skewed_around_their_mean()
    {
        var deal = Partition.Of(new() { Kind = PartitionKind.Iid, Clients = 400, ImagesPerClient = 100, QuantitySkew = 1 }, s_images);
        double[] sizes = [.. Enumerable.Range(0, 400).Select(c => (double)deal.Images(c).Count)];
        Assert.InRange(sizes.Average(), 98, 102);
        double logDeviation = Math.Sqrt(sizes.Select(s => Math.Log(s)).Average(l => Math.Pow(l - sizes.Select(s => Math.Log(s)).Average(), 2)));
        Assert.InRange(logDeviation, 0.88, 1.12);
    }

    [Fact]
    public void A_client_trains_on_four_fifths_and_is_measured_on_the_rest()
    {
        var deal = Partition.Of(new() { Clients = 10, ImagesPerClient = 50 }, s_images);
        var (train, test) = deal.Sets(3);
        Assert.Equal((40, 10), (train.Count, test.Count));
        Assert.Equal(deal.Images(3).Select(i => Convert.ToHexString(Samples.Read(s_images, i))),
            Enumerable.Range(0, 40).Select(i => Convert.ToHexString(Samples.Read(train, i))).Concat(Enumerable.Range(0, 10).Select(i => Convert.ToHexString(Samples.Read(test, i)))));
        Assert.Equal(s_images.Label(deal.Images(3)[45]), test.Label(5));
        var (ownTrain, ownTest) = Partition.Split(s_images, 1);
        Assert.Equal((4800, 1200), (ownTrain.Count, ownTest.Count));
    }

    [Fact]
    public void A_turned_camera_turns_and_a_noisy_one_adds_noise_of_its_own_deviation()
    {
        var geometry = new ImageGeometry(1, 9, 9);
        var pixels = new byte[2 * 81];
        pixels[4 * 9 + 7] = 200; // right of the middle
        Array.Fill<byte>(pixels, 100, 81, 81);
        var set = new MemoryImageSet(geometry, 2, pixels, [0, 1]);
        byte[] turned = Samples.Read(new ClientImages(set, [0], new(90, 0, 1)), 0);
        Assert.Equal(200, turned[1 * 9 + 4]); // above it
        Assert.Equal(200, turned.Sum(v => v));
        Assert.Equal(Samples.Read(set, 0), Samples.Read(new ClientImages(set, [0], new(0, 0, 1)), 0));
        var noisy = new ClientImages(set, [1], new(0, 0.05, 3));
        byte[] once = Samples.Read(noisy, 0);
        Assert.Equal(once, Samples.Read(noisy, 0));
        Assert.InRange(Math.Sqrt(once.Average(v => Math.Pow(v - 100, 2))), 0.8 * 12.75, 1.2 * 12.75);
        var deal = Partition.Of(new() { Clients = 10, ImagesPerClient = 50, Rotation = 45, Noise = 0.1 }, s_images);
        Assert.NotEqual(Samples.Read(s_images, deal.Images(0)[0]), Samples.Read(deal.Sets(0).Train, 0));
    }

    [Fact]
    public void The_asked_are_different_ones_and_all_are_asked_as_often()
    {
        var times = new int[20];
        for (int round = 1; round <= 4000; round++)
        {
            int[] chosen = Participants.Choose(1, round, 20, 5);
            Assert.Equal(5, chosen.Distinct().Count());
            Assert.Equal(chosen.Order(), chosen);
            foreach (int c in chosen) times[c]++;
        }
        Assert.All(times, t => Assert.InRange(t, 1000 - 120, 1000 + 120));
        Assert.Equal(Participants.Choose(1, 7, 1_000_000, 3), Participants.Choose(1, 7, 1_000_000, 3));
        Assert.Equal([0, 1, 2], Participants.Choose(1, 1, 3, 8));
    }

    private static List<IReadOnlyList<int>> Deal(PartitionSettings settings)
    {
        var deal = Partition.Of(settings, s_images);
        return [.. Enumerable.Range(0, settings.Clients).Select(deal.Histogram)];
    }
}
