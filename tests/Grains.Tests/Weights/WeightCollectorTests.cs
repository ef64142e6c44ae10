using Learngene.Grains.Weights;

namespace Learngene.Grains.Tests.Weights;

public sealed class WeightCollectorTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    [Fact(Timeout = 30_000)]
    public Task Only_what_is_old_and_unreferenced_goes()
    {
        using var fixture = new WeightFixture();
        var referenced = Put(fixture, 1);
        var orphan = Put(fixture, 2);
        fixture.Time.Now += Grace + TimeSpan.FromMinutes(1);
        var young = Put(fixture, 3);

        var collected = new WeightCollector(fixture.Store).Collect(new HashSet<string> { referenced.Sha256 }, fixture.Time.Now - Grace);
        Assert.Equal(new Collected(1, orphan.Length, 0), collected);
        Assert.Equal([false, true, true], ((WeightRef[])[orphan, referenced, young]).Select(fixture.Store.Exists));
        return Task.CompletedTask;
    }

    [Fact(Timeout = 30_000)]
    public Task Content_stored_again_is_young_again()
    {
        using var fixture = new WeightFixture();
        var reference = Put(fixture, 1);
        fixture.Time.Now += Grace * 2;
        Assert.Equal(reference, Put(fixture, 1));
        Assert.Equal(0, new WeightCollector(fixture.Store).Collect(new HashSet<string>(), fixture.Time.Now - Grace).Weights);
        Assert.True(fixture.Store.Exists(reference));
        return Task.CompletedTask;
    }

    [Fact(Timeout = 30_000)]
    public Task Content_stored_again_between_the_listing_and_the_deletion_stays()
    {
        using var fixture = new WeightFixture();
        var reference = Put(fixture, 1);
        fixture.Time.Now += Grace * 2;
        var old = fixture.Time.Now - Grace;
        Assert.True(Assert.Single(fixture.Store.List()).Written < old);
        new DirectoryWeightStore(fixture.Root, fixture.Time).Put(stream => stream.Write(WeightFixture.Content(1_000, 1))); // another silo
        Assert.False(fixture.Store.Delete(reference, writtenBefore: old));
        Assert.Equal(WeightFixture.Content(1_000, 1), fixture.Read(reference));
        return Task.CompletedTask;
    }

    [Fact(Timeout = 60_000)]
    public async Task Publishers_and_collectors_at_once_lose_nothing_that_was_just_stored()
    {
        using var fixture = new WeightFixture();
        var published = 0;
        var publishing = Task.WhenAll(Enumerable.Range(0, 2).Select(async publisher =>
        {
            await Task.Yield();
            var store = fixture.Store;
            for (var i = 0; i < 300; i++)
            {
                // Content that lies there as if for long is stored again just when the collector is at it.
                var reference = store.Put(stream => stream.Write(WeightFixture.Content(1_000, publisher)));
                Assert.True(store.Exists(reference), $"publisher {publisher} lost weight {i}");
                Interlocked.Increment(ref published);
                Age(fixture, reference);
            }
        }));
        var collector = new WeightCollector(fixture.Store);
        var collected = 0;
        while (!publishing.IsCompleted)
        {
            collected += collector.Collect(new HashSet<string>(), fixture.Time.Now - Grace).Weights;
            await Task.Yield();
        }

        await publishing;
        Assert.Equal(600, published);
        Assert.InRange(collected, 1, 600);
    }

    [Fact(Timeout = 30_000)]
    public async Task Stale_uploads_go_and_young_ones_stay()
    {
        using var fixture = new WeightFixture();
        var stale = WeightFixture.Name(WeightFixture.Content(100, 1));
        var young = WeightFixture.Name(WeightFixture.Content(100, 2));
        await fixture.Store.AppendAsync(stale, 0, new MemoryStream(new byte[10]), CancellationToken.None);
        fixture.Time.Now += Grace * 2;
        await fixture.Store.AppendAsync(young, 0, new MemoryStream(new byte[10]), CancellationToken.None);
        var collected = new WeightCollector(fixture.Store).Collect(new HashSet<string>(), fixture.Time.Now - Grace);
        Assert.Equal(new Collected(0, 0, 1), collected);
        Assert.Equal((0, 10), (fixture.Store.Received(stale), fixture.Store.Received(young)));
    }

    private static WeightRef Put(WeightFixture fixture, int seed) => fixture.Store.Put(stream => stream.Write(WeightFixture.Content(1_000, seed)));

    private static void Age(WeightFixture fixture, WeightRef reference)
    {
        try
        {
            File.SetLastWriteTimeUtc(fixture.PathOf(reference), (fixture.Time.Now - (Grace * 2)).UtcDateTime);
        }
        catch (FileNotFoundException)
        {
            // Collected already, being as old as that.
        }
    }
}
