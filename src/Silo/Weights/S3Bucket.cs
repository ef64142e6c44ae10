using Amazon.S3;
using Amazon.S3.Model;
using Learngene.Grains.Weights;

namespace Learngene.Silo.Weights;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Key">Its key, the address's prefix left out.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Written">When it was stored, by the server's clock.</param>
internal sealed record S3Item(string Key, long Length, DateTimeOffset Written);

/// <summary>The requests that the weight store makes of object storage, each repeated while it fails in passing.</summary>
internal sealed class S3Bucket(S3Address address, S3Options options, Patience patience, AmazonS3Client client) : IDisposable
{
    /// <summary>The largest object that one request copies.</summary>
    public const long LargestCopy = 5L << 30;
    private const int Buffer = 1 << 18;
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(30), s_stalled = TimeSpan.FromSeconds(30);

    /// <summary>What errors call it.</summary>
    public string Name => $"{address}";

    /// <summary>The same with less patience, for callers who are waited for.</summary>
    public S3Bucket Hurried(TimeSpan longest) => new(address, options, patience.AtMost(longest), client);

    /// <summary>Every object whose key begins so.</summary>
    public async Task<List<S3Item>> ListAsync(string prefix, CancellationToken token)
    {
        var items = new List<S3Item>();
        string? from = null;
        do
        {
            var page = await patience.TryAsync($"list {address}{prefix}", t => client.ListObjectsV2Async(
                new() { BucketName = address.Bucket, Prefix = address.Prefix + prefix, ContinuationToken = from }, t), s_short, token);
            items.AddRange((page.S3Objects ?? []).Select(o =>
                new S3Item(o.Key[address.Prefix.Length..], o.Size ?? 0, new DateTimeOffset(o.LastModified!.Value.ToUniversalTime(), TimeSpan.Zero))));
            from = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (from is not null);
        return items;
    }

    /// <summary>Writes all of an object into a stream; goes on where a connection broke off.</summary>
    /// <returns>Whether the object was there, to the end.</returns>
    public async Task<bool> ReadAsync(string key, long length, Stream to, CancellationToken token)
    {
        // As long as something comes, patience begins anew.
        for (long done = 0; done < length;)
        {
            long more = await patience.TryAsync($"read {address}{key}", t => ReadOnAsync(key, done, length, to, t), Timeout.InfiniteTimeSpan, token);
            if (more < 0) return false;
            done += more;
        }
        return true;
    }

    // As much as comes in one answer: bytes, or -1 where there is no such object.
    private async Task<long> ReadOnAsync(string key, long from, long length, Stream to, CancellationToken token)
    {
        long done = from;
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(token);
        stalled.CancelAfter(s_stalled);
        try
        {
            var request = new GetObjectRequest { BucketName = address.Bucket, Key = address.Prefix + key, ByteRange = new ByteRange(from, length - 1) }; // whole, the SDK would compare MD5s
            using var answer = await client.GetObjectAsync(request, stalled.Token);
            byte[] buffer = new byte[Buffer];
            for (int read; done < length && (read = await answer.ResponseStream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Buffer, length - done)), stalled.Token)) > 0; done += read)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), token);
                StorageMeter.Down(read);
                stalled.CancelAfter(s_stalled);
            }
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchKey")
        {
            return -1;
        }
        catch (Exception e) when (done > from && !token.IsCancellationRequested && IsBroken(e))
        {
            return done - from;
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing came for {s_stalled.TotalSeconds:F0} s", e);
        }
        return done > from ? done - from : throw new TimeoutException($"the connection broke off at byte {done} of {length}");
    }

    /// <summary>Stores a file, in parts where it is long; what a part arrived as is compared with what was sent.</summary>
    public Task WriteAsync(string key, FileStream file, CancellationToken token) =>
        new S3Upload(address.Bucket, address.Prefix + key, options, patience, client).RunAsync(file, token);

    /// <summary>Copies an object of <see cref="LargestCopy"/> at most without moving it through here.</summary>
    /// <returns>Whether the source was there.</returns>
    public Task<bool> CopyAsync(string from, string to, CancellationToken token) => patience.TryAsync($"copy {address}{from}", async t =>
    {
        try
        {
            var request = new CopyObjectRequest { SourceBucket = address.Bucket, SourceKey = address.Prefix + from, DestinationBucket = address.Bucket, DestinationKey = address.Prefix + to };
            S3Upload.Encrypt(options, (method, key) => (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (method, key));
            await client.CopyObjectAsync(request, t);
            return true;
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchKey")
        {
            return false;
        }
    }, TimeSpan.FromMinutes(5), token);

    /// <summary>Removes an object; one that is not there is removed.</summary>
    public Task DeleteAsync(string key, CancellationToken token) =>
        patience.TryAsync($"delete {address}{key}", t => client.DeleteObjectAsync(address.Bucket, address.Prefix + key, t), s_short, token);

    /// <summary>Gives up uploads in parts that nobody has gone on with.</summary>
    /// <returns>How many; 0 from servers that do not list them.</returns>
    public async Task<int> AbortUploadsAsync(DateTimeOffset begunBefore, CancellationToken token)
    {
        int aborted = 0;
        try
        {
            var list = await patience.TryAsync($"list uploads to {address}", t => client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = address.Bucket, Prefix = address.Prefix }, t), s_short, token);
            foreach (var upload in (list.MultipartUploads ?? []).Where(u => u.Initiated?.ToUniversalTime() < begunBefore.UtcDateTime))
            {
                await patience.TryAsync($"abort {upload.Key}", t => client.AbortMultipartUploadAsync(address.Bucket, upload.Key, upload.UploadId, t), s_short, token);
                aborted++;
            }
        }
        catch (WeightStoreUnavailableException e) when (e.InnerException is AmazonS3Exception { ErrorCode: "NotImplemented" or "MethodNotAllowed" })
        {
            // A server without that request; its own rules clear such uploads.
        }
        return aborted;
    }

    private static bool IsBroken(Exception e) => e is HttpRequestException or OperationCanceledException || (e is IOException io && !io.IsDiskFull());

    public void Dispose() => client.Dispose();
}
