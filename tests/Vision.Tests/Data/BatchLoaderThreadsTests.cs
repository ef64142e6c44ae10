using System.Runtime.CompilerServices;
using Learngene.Vision.Data;
using Learngene.Vision.Data.Loading;

namespace Learngene.Vision.Tests.Data;

/// <summary>The threads behind a loader: bounded, obedient, and gone afterwards.</summary>
public sealed class BatchLoaderThreadsTests
{
    private static readonly ImageGeometry Geometry = new(3, 9, 8);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public Task An_error_surfaces_with_its_batch_after_those_before_it(int workers) => Within.OneMinute(() =>
    {
        var set = new CountingSet(Samples.Set(105, Geometry), broken: 57);
        using var loader = new BatchLoader(BatchLoaderTests.Options(AugmentOptions.None) with { Set = set, Shuffle = false, Workers = workers });
        var delivered = 0;
        var error = Assert.Throws<DataException>(() =>
        {
            foreach (var batch in loader)
                Assert.Equal(delivered++, batch.Number);
        });
        Assert.Contains("7.png", error.Message);
        Assert.Equal(5, delivered);
    });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public Task No_more_is_prepared_than_the_queue_holds(int workers, int depth) => Within.OneMinute(() =>
    {
        var set = new CountingSet(Samples.Set(105, Geometry));
        using var loader = new BatchLoader(BatchLoaderTests.Options(AugmentOptions.None) with { Set = set, Workers = workers, QueueDepth = depth });
        using var batches = loader.GetEnumerator();
        batches.MoveNext();
        SpinWait.SpinUntil(() => set.Reads == (depth + 1) * 10, TimeSpan.FromSeconds(20));
        batches.MoveNext();
        SpinWait.SpinUntil(() => set.Reads >= (depth + 2) * 10, TimeSpan.FromSeconds(20));
        Assert.Equal((depth + 2) * 10, set.Reads);
    });

    [Fact]
    public Task Leaving_early_joins_the_threads() => Within.OneMinute(() =>
    {
        var set = new CountingSet(Samples.Set(105, Geometry));
        using var loader = new BatchLoader(BatchLoaderTests.Options(AugmentOptions.None) with { Set = set, Workers = 3 });
        foreach (var _ in loader)
            break;
        var reads = set.Reads; // nobody is left to read
        Assert.Equal(11, loader.Count());
        Assert.Equal(reads + 105, set.Reads);
    });

    [Fact]
    public Task Disposing_the_loader_ends_an_abandoned_enumeration_loudly() => Within.OneMinute(() =>
    {
        var loader = new BatchLoader(BatchLoaderTests.Options(AugmentOptions.None) with { Workers = 2 });
        var batches = loader.GetEnumerator();
        Assert.True(batches.MoveNext());
        loader.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batches.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => loader.GetEnumerator());
        loader.Dispose();
    });

    [Fact]
    public Task A_forgotten_enumeration_is_collected_and_stops() => Within.OneMinute(() =>
    {
        var options = BatchLoaderTests.Options(AugmentOptions.None) with { Workers = 2, QueueDepth = 1 };
        var run = new BatchRun(new(options), new(Geometry));
        Forget(run);
        for (var i = 0; i < 20 && !run.Ended; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.True(run.Ended);
        run.Dispose(); // joins: would hang if a thread did not stop

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(BatchRun run) => Assert.True(new BatchEnumerator(run).MoveNext());
    });

    [Fact]
    public Task Arrays_are_used_again() => Within.OneMinute(() =>
    {
        using var loader = new BatchLoader(BatchLoaderTests.Options(AugmentOptions.None) with { BatchSize = 5, Workers = 1, QueueDepth = 2 });
        var arrays = new HashSet<float[]>(ReferenceEqualityComparer.Instance);
        for (var pass = 0; pass < 3; pass++)
            foreach (var batch in loader)
                arrays.Add(batch.Pixels);
        Assert.InRange(arrays.Count, 1, 6); // 63 batches; at an early end those still queued are dropped
    });
}
