using System.Security.Cryptography;
using Learngene.Grains.Weights;

namespace Learngene.Silo.Weights;

/// <summary>
/// A store in a bucket. What is read comes through the cache of this silo, where it is a file like any other; what is stored is written
/// there first, and is in the store when all of it has arrived in the bucket.
/// </summary>
internal sealed partial class S3WeightStore(S3Bucket bucket, WeightCache cache) : IWeightStore, IDisposable
{
    // A grain's turn waits no longer than this; who asked tries again.
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(10);
    private const int MostTries = 5;
    private readonly S3Bucket _hurried = bucket.Hurried(s_turn);

    /// <inheritdoc/>
    public async Task<WeightRef> PutAsync(Func<Stream, CancellationToken, Task> write, CancellationToken token) =>
        await StoreAsync(await cache.Files.PutAsync(write, token), token);

    /// <inheritdoc/>
    public WeightRef Put(Action<Stream> write)
    {
        WeightRef reference;
        try
        {
            reference = cache.Files.Put(write);
        }
        catch (IOException e) when (e.IsDiskFull())
        {
            cache.Clear(); // the disk may be full of what is cached
            reference = cache.Files.Put(write);
        }
        return Wait(() => StoreAsync(reference, default));
    }

    /// <inheritdoc/>
    public FileStream Open(WeightRef reference) => Wait(() => OpenAsync(reference));

    /// <inheritdoc/>
    public async Task<FileStream> OpenAsync(WeightRef reference, CancellationToken token = default)
    {
        for (int tries = 1; ; tries++)
            try
            {
                return await cache.OpenAsync(reference, bucket.Name, (to, t) => FetchAsync(reference, to, t), token);
            }
            catch (CollectedMeanwhileException) when (tries < MostTries)
            {
                // Once more, from a younger generation.
            }
    }

    /// <inheritdoc/>
    public bool Exists(WeightRef reference) => Wait(() => IsThereAsync(bucket, reference, default));

    /// <inheritdoc/>
    public Task<bool> ExistsAsync(WeightRef reference) => InTurnAsync(() => IsThereAsync(_hurried, reference, default));

    /// <inheritdoc/>
    public Task<bool> TouchAsync(WeightRef reference) => InTurnAsync(() => RenewAsync(_hurried, reference, default));

    /// <inheritdoc/>
    public async Task VerifyAsync(WeightRef reference, CancellationToken token)
    {
        // Straight from the bucket: what is cached says nothing about it.
        var wrong = default(CorruptWeightException);
        bool whole = false;
        foreach (var item in await GenerationsAsync(bucket, reference, token))
            try
            {
                await using var hash = new HashingStream(Stream.Null);
                if (!await bucket.ReadAsync(item.Key, reference.Length, hash, token)) continue;
                if (hash.Reference() == reference) whole = true;
                else wrong = await QuarantineAsync(item.Key, reference, hash.Reference(), token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw new WeightStoreUnavailableException($"reading {bucket.Name}{item.Key} was broken off.");
            }
        if (wrong is not null) throw wrong;
        if (!whole) throw NotFound(reference);
    }

    /// <inheritdoc/>
    public bool Delete(WeightRef reference, DateTimeOffset? writtenBefore = null) => Wait(() => DeleteAsync(bucket, reference, writtenBefore));

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(WeightRef reference) => InTurnAsync(() => DeleteAsync(_hurried, reference, null));

    /// <inheritdoc/>
    public IEnumerable<StoredWeight> List() => Wait(() => ListAsync(bucket));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredWeight>> ListAsync() => InTurnAsync(() => ListAsync(_hurried));

    private async Task FetchAsync(WeightRef reference, Stream to, CancellationToken token)
    {
        foreach (var item in await GenerationsAsync(bucket, reference, token))
        {
            if (!await bucket.ReadAsync(item.Key, reference.Length, to, token))
            {
                if (to.Position > 0) throw new CollectedMeanwhileException($"the weights {reference.Sha256} were collected while they were read.");
                continue;
            }
            if (((HashingStream)to).Reference() is var came && came != reference) throw await QuarantineAsync(item.Key, reference, came, token);
            return;
        }
        throw NotFound(reference);
    }

    private async Task<WeightRef> StoreAsync(WeightRef reference, CancellationToken token)
    {
        using var held = cache.Hold(reference);
        if (await RenewAsync(bucket, reference, token)) return reference;
        await using var file = cache.Files.Open(reference);
        await bucket.WriteAsync(S3Keys.New(reference), file, token);
        return reference;
    }

    // A copy inside the bucket is a new generation, as young as if it had been sent again.
    private static async Task<bool> RenewAsync(S3Bucket bucket, WeightRef reference, CancellationToken token)
    {
        if (reference.Length > S3Bucket.LargestCopy) return false;
        foreach (var item in await GenerationsAsync(bucket, reference, token))
            if (await bucket.CopyAsync(item.Key, S3Keys.New(reference), token)) return true;
        return false;
    }

    private static async Task<bool> IsThereAsync(S3Bucket bucket, WeightRef reference, CancellationToken token) =>
        (await GenerationsAsync(bucket, reference, token)).Count > 0;

    // Those that are whole, the newest first.
    private static async Task<List<S3Item>> GenerationsAsync(S3Bucket bucket, WeightRef reference, CancellationToken token) =>
        [.. (await bucket.ListAsync(S3Keys.Of(reference), token)).Where(i => i.Length == reference.Length && S3Keys.Read(i.Key) == reference).OrderByDescending(i => i.Written)];

    private async Task<CorruptWeightException> QuarantineAsync(string key, WeightRef reference, WeightRef came, CancellationToken token)
    {
        string aside = S3Keys.Quarantined(key);
        if (reference.Length <= S3Bucket.LargestCopy) await bucket.CopyAsync(key, aside, token);
        await bucket.DeleteAsync(key, token);
        return new($"The weights {reference.Sha256} have the hash {came.Sha256} in {bucket.Name}; the object was moved to '{aside}': upload them, or make them again.");
    }

    private WeightNotFoundException NotFound(WeightRef reference) =>
        new($"The weights {reference.Sha256} ({reference.Length} bytes) are not in {bucket.Name}; upload them, or make them again.");

    // On the pool, whose threads do not wait for the one that waits here: a lane's, or a collector's.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    private static async Task<T> InTurnAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await Task.Run(work); // off the grain's scheduler: the SDK's own continuations are many
        }
        catch (WeightStoreUnavailableException e)
        {
            throw new TimeoutException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => bucket.Dispose();

    private sealed class CollectedMeanwhileException(string message) : IOException(message);
}
