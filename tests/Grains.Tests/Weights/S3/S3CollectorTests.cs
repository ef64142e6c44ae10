using Learngene.Grains.Weights;

namespace Learngene.Grains.Tests.Weights.S3;

public sealed class S3CollectorTests
{
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(1);

    [S3Fact(Timeout = 120_000)]
    public async Task Only_what_is_old_and_unreferenced_goes_and_what_is_stored_again_is_young()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo silo = new(server), other = new(server);
        WeightRef referenced = Put(silo, 1), orphan = Put(silo, 2), again = Put(silo, 3), asked = Put(silo, 4);
        Age(server, s_grace * 2);
        var young = Put(silo, 5);
        Assert.Equal(again, Put(other, 3));
        Assert.True(await other.Store.TouchAsync(asked));
        Assert.False(await other.Store.TouchAsync(WeightFixture.Name([9])));

        var old = DateTimeOffset.UtcNow - s_grace;
        var collector = new WeightCollector(silo.Store);
        var would = collector.Collect(new HashSet<string> { referenced.Sha256 }, old, dryRun: true);
        Assert.Equal((1, orphan.Length), (would.Weights, would.Bytes));
        Assert.True(silo.Store.Exists(orphan));
        var collected = collector.Collect(new HashSet<string> { referenced.Sha256 }, old);
        Assert.Equal(new Collected(1, orphan.Length, 2), collected); // two generations that younger ones stand for
        Assert.Equal([false, true, true, true, true], ((WeightRef[])[orphan, referenced, again, asked, young]).Select(other.Store.Exists));
        Assert.Equal(4, server.Objects().Count());
    }

    [S3Fact(Timeout = 120_000)]
    public async Task Content_stored_again_between_the_listing_and_the_deletion_stays()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo silo = new(server), other = new(server);
        var reference = Put(silo, 1);
        Age(server, s_grace * 2);
        var old = DateTimeOffset.UtcNow - s_grace;
        Assert.True(Assert.Single(silo.Store.List()).Written < old);
        Put(other, 1);
        Assert.False(silo.Store.Delete(reference, writtenBefore: old));
        Assert.Equal(WeightFixture.Content(1_000, 1), await other.ReadAsync(reference));
        Assert.Single(server.Objects());
    }

    [S3Fact(Timeout = 180_000)]
    public async Task Publishers_and_collectors_at_once_lose_nothing_that_was_just_stored()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo collecting = new(server), one = new(server), two = new(server);
        // s3rver removes folders that are empty, and ends where another request is just about to write into one.
        for (int publisher = 0; publisher < 2; publisher++) Put(collecting, publisher);
        foreach (var file in server.Objects()) await File.WriteAllTextAsync(Path.Combine(file.DirectoryName!, "keep"), "");
        var publishing = Task.WhenAll(((S3Silo[])[one, two]).Select((silo, publisher) => Task.Run(() =>
        {
            for (int i = 0; i < 60; i++)
            {
                // Content that lies there as if for long is stored again just when the collector is at it.
                var reference = Put(silo, publisher);
                Assert.True(silo.Store.Exists(reference), $"publisher {publisher} lost weight {i}");
                Age(server, s_grace * 2, reference);
            }
        })));
        int collected = 0;
        while (!publishing.IsCompleted) collected += new WeightCollector(collecting.Store).Collect(new HashSet<string>(), DateTimeOffset.UtcNow - s_grace).Weights;
        await publishing;
        Assert.InRange(collected, 1, 120);
    }

    private static WeightRef Put(S3Silo silo, int seed) => silo.Put(WeightFixture.Content(1_000, seed));

    // The server dates objects by their files.
    private static void Age(S3Server server, TimeSpan by, WeightRef? only = null)
    {
        foreach (var file in server.Objects().Where(f => only is null || f.FullName.Contains(only.Sha256, StringComparison.Ordinal)))
            try
            {
                File.SetLastWriteTimeUtc(file.FullName, DateTime.UtcNow - by);
            }
            catch (FileNotFoundException)
            {
                // Collected already, being as old as that.
            }
            catch (DirectoryNotFoundException)
            {
                // And with it all of its kind.
            }
    }
}
