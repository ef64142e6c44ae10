using Learngene.Grains.Tests.Durability;
using Learngene.Grains.Weights;
using Learngene.Silo.Weights;

namespace Learngene.Grains.Tests.Weights;

public sealed class WeightCacheTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("learngene-cache-");
    private int _fetched;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact(Timeout = 30_000)]
    public async Task What_was_wanted_longest_ago_makes_room()
    {
        var cache = New(3_000);
        foreach (int file in (int[])[1, 2, 3, 1, 4]) await ReadAsync(cache, file); // 2 is the one not wanted for longest
        Assert.Equal(4, _fetched);
        Assert.Equal(3_000, cache.Size);
        foreach (int file in (int[])[1, 3, 4]) await ReadAsync(cache, file);
        Assert.Equal(4, _fetched);
        await ReadAsync(cache, 2);
        Assert.Equal(5, _fetched);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_open_stays_and_what_does_not_fit_beside_it_is_refused_with_the_numbers()
    {
        var cache = New(2_500);
        var (one, two) = (await OpenAsync(cache, 1), await OpenAsync(cache, 2));
        var refusal = await Assert.ThrowsAsync<IOException>(() => OpenAsync(cache, 3));
        Assert.Contains("may hold 2500 bytes, of which 2000 are in use; 1000 more do not fit", refusal.Message);
        Assert.Contains("--weight-cache-bytes", refusal.Message);
        Assert.Equal(2, Files().Length);
        await one.DisposeAsync();
        await one.DisposeAsync(); // twice is once
        await ReadAsync(cache, 3);
        Assert.Equal(WeightFixture.Content(1_000, 2), await BytesAsync(two));
        await two.DisposeAsync();
        await ReadAsync(cache, 1);
        Assert.Equal(4, _fetched);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_fetch_that_breaks_off_leaves_nothing_and_those_who_wait_for_it_are_told()
    {
        var cache = New(5_000);
        var reference = WeightFixture.Name(WeightFixture.Content(1_000));
        async Task BreakAsync(Stream to, CancellationToken token)
        {
            await to.WriteAsync(new byte[500], token);
            throw new TimeZoneNotFoundException();
        }
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Assert.ThrowsAsync<TimeZoneNotFoundException>(() => cache.OpenAsync(reference, "there", BreakAsync, default))));
        var wrong = await Assert.ThrowsAsync<CorruptWeightException>(() => cache.OpenAsync(reference, "there", (to, _) => { to.Write(new byte[1_000]); return Task.CompletedTask; }, default));
        Assert.Contains($"there should be the weights {reference.Sha256}", wrong.Message);
        Assert.Empty(Files().Concat(Directory.GetFiles(Path.Combine(_directory.FullName, "incoming"))));
        Assert.Equal(0, cache.Size);
        await ReadAsync(cache, 1);
    }

    [Fact(Timeout = 30_000)]
    public async Task What_an_earlier_process_left_is_used_and_the_limit_holds_for_it_too()
    {
        var earlier = New(5_000);
        foreach (int file in (int[])[1, 2, 3]) await ReadAsync(earlier, file);
        foreach (int file in (int[])[1, 2, 3]) File.SetLastWriteTimeUtc(Files(file).Single(), new DateTime(2020, 1, file, 0, 0, 0, DateTimeKind.Utc));
        var cache = New(2_000);
        Assert.Equal(2_000, cache.Size);
        Assert.Empty(Files(1));
        foreach (int file in (int[])[2, 3]) await ReadAsync(cache, file);
        Assert.Equal(3, _fetched);
    }

    [SmallDiskFact(Timeout = 60_000)]
    public async Task A_full_disk_is_an_error_in_words_and_the_cache_goes_on_with_what_fits()
    {
        string disk = Directory.CreateTempSubdirectory("learngene-cache-disk-").FullName;
        Assert.True(SmallDiskFactAttribute.Mount(disk)); // 24 MB
        try
        {
            var cache = new WeightCache(disk, 1_000_000_000, TimeProvider.System);
            await ReadAsync(cache, 1, 10_000_000);
            await ReadAsync(cache, 2, 10_000_000);
            await ReadAsync(cache, 3, 10_000_000); // the first two make room, though the limit does not ask for it
            Assert.Equal(10_000_000, cache.Size);
            await using var open = await OpenAsync(cache, 3, 10_000_000);
            var error = await Assert.ThrowsAsync<IOException>(() => OpenAsync(cache, 4, 20_000_000));
            Assert.Contains("(20000000 bytes) do not fit on the disk", error.Message);
            Assert.True(error.IsDiskFull());
            await ReadAsync(cache, 5, 5_000_000);
            Assert.Equal(15_000_000, cache.Size);
        }
        finally
        {
            SmallDiskFactAttribute.Run("umount", disk);
            Directory.Delete(disk);
        }
    }

    private WeightCache New(long limit) => new(_directory.FullName, limit, TimeProvider.System);

    private string[] Files(int? seed = null) =>
        [.. _directory.EnumerateFiles("*.safetensors", SearchOption.AllDirectories).Select(f => f.FullName).Where(f => seed is not { } s || f.Contains(WeightFixture.Name(WeightFixture.Content(1_000, s)).Sha256))];

    private Task<FileStream> OpenAsync(WeightCache cache, int seed, int length = 1_000)
    {
        byte[] content = WeightFixture.Content(length, seed);
        return cache.OpenAsync(WeightFixture.Name(content), "there", async (to, token) =>
        {
            Interlocked.Increment(ref _fetched);
            await to.WriteAsync(content, token);
        }, default);
    }

    private async Task ReadAsync(WeightCache cache, int seed, int length = 1_000)
    {
        await using var file = await OpenAsync(cache, seed, length);
        Assert.Equal(WeightFixture.Content(length, seed), await BytesAsync(file));
    }

    private static async Task<byte[]> BytesAsync(FileStream file)
    {
        using var memory = new MemoryStream();
        await file.CopyToAsync(memory);
        return memory.ToArray();
    }
}
