using Learngene.Grains.Weights;

namespace Learngene.Silo.Weights;

internal sealed partial class S3WeightStore
{
    /// <inheritdoc/>
    public long Received(WeightRef expected) => Wait(() => ReceivedAsync(expected));

    /// <inheritdoc/>
    public async Task<long> ReceivedAsync(WeightRef expected) =>
        await IsThereAsync(_hurried, expected, default) ? expected.Length : cache.Files.Received(expected);

    /// <summary>Goes on with an upload: to this silo's disk first, and from there to the bucket once it is whole and checked.</summary>
    /// <inheritdoc/>
    public async Task<bool> AppendAsync(WeightRef expected, long offset, Stream content, CancellationToken token)
    {
        if (await RenewAsync(_hurried, expected, token)) return true;
        if (!await cache.Files.AppendAsync(expected, offset, content, token)) return false;
        await StoreAsync(expected, token);
        return true;
    }

    /// <inheritdoc/>
    public int DeleteTemporaries(DateTimeOffset writtenBefore) => cache.Files.DeleteTemporaries(writtenBefore) + Wait(() => DeleteRemainsAsync(writtenBefore));

    private static async Task<IReadOnlyList<StoredWeight>> ListAsync(S3Bucket bucket) =>
    [
        .. (await bucket.ListAsync("", default)).Select(i => (Reference: S3Keys.Read(i.Key), Item: i)).Where(i => i.Reference?.Length == i.Item.Length)
            .GroupBy(i => i.Reference!).Select(g => new StoredWeight(g.Key, g.Max(i => i.Item.Written))),
    ];

    // Old generations alone: what is stored again meanwhile is another.
    private async Task<bool> DeleteAsync(S3Bucket bucket, WeightRef reference, DateTimeOffset? writtenBefore)
    {
        var all = await bucket.ListAsync(S3Keys.Of(reference), default);
        foreach (var item in all.Where(i => !(i.Written >= writtenBefore))) await bucket.DeleteAsync(item.Key, default);
        bool gone = all.Count > 0 && all.All(i => !(i.Written >= writtenBefore));
        if (gone) cache.Remove(reference);
        return gone;
    }

    // What a server without atomic writes left half, what a younger generation stands for, and uploads that were given up.
    private async Task<int> DeleteRemainsAsync(DateTimeOffset writtenBefore)
    {
        int deleted = 0;
        foreach (var generations in (await bucket.ListAsync("", default)).Select(i => (Reference: S3Keys.Read(i.Key), Item: i)).Where(i => i.Reference is not null).GroupBy(i => i.Reference!))
        {
            var newest = generations.Select(i => i.Item).Where(i => i.Length == generations.Key.Length).MaxBy(i => i.Written);
            foreach (var (_, item) in generations.Where(i => i.Item != newest && i.Item.Written < writtenBefore))
            {
                await bucket.DeleteAsync(item.Key, default);
                deleted++;
            }
        }
        return deleted + await bucket.AbortUploadsAsync(writtenBefore, default);
    }
}
