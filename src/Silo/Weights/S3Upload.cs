using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Learngene.Grains.Weights;

namespace Learngene.Silo.Weights;

/// <summary>One file on its way up.</summary>
internal sealed class S3Upload(string bucket, string key, S3Options options, Patience patience, AmazonS3Client client)
{
    private const int PartsAtOnce = 4, MostParts = 10_000, Buffer = 1 << 18, MostRestarts = 20;
    private const double SlowestBytesPerSecond = 100_000;
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(30), s_least = TimeSpan.FromMinutes(1);
    private readonly bool _unsigned = options.Endpoint.Length == 0 || options.Endpoint.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Sends it.</summary>
    public async Task RunAsync(FileStream file, CancellationToken token)
    {
        if (file.Length <= options.PartBytes) await PutAsync(file, token);
        else
            for (int restarts = 0; ; restarts++)
                try
                {
                    await PutPartsAsync(file, token);
                    break;
                }
                catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload" && restarts < MostRestarts)
                {
                    // The server forgot it, or cleared it away: once more from the start.
                }
        StorageMeter.Up(file.Length);
    }

    /// <summary>Tells a request how the object is to be encrypted at rest.</summary>
    public static void Encrypt(S3Options options, Action<ServerSideEncryptionMethod, string?> set)
    {
        if (options.Encryption.Length == 0) return;
        string[] parts = options.Encryption.Split(':', 3);
        set(parts[0] == "aws" ? ServerSideEncryptionMethod.AWSKMS : ServerSideEncryptionMethod.AES256, parts.Length == 3 ? parts[2] : null);
    }

    private async Task PutAsync(FileStream file, CancellationToken token)
    {
        byte[] md5 = await Md5Async(file, 0, file.Length, token);
        await patience.TryAsync($"store {key}", async t =>
        {
            var request = new PutObjectRequest
            {
                BucketName = bucket, Key = key, FilePath = file.Name, MD5Digest = Convert.ToBase64String(md5), UseChunkEncoding = false, DisablePayloadSigning = _unsigned, ContentType = "application/octet-stream",
            };
            Encrypt(options, (method, kms) => (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (method, kms));
            var answer = await client.PutObjectAsync(request, t);
            Compare(answer.ETag, md5);
            return answer;
        }, Limit(file.Length), token);
    }

    private async Task PutPartsAsync(FileStream file, CancellationToken token)
    {
        long part = Math.Max(options.PartBytes, (file.Length + MostParts - 1) / MostParts);
        var initiate = new InitiateMultipartUploadRequest { BucketName = bucket, Key = key, ContentType = "application/octet-stream" };
        Encrypt(options, (method, kms) => (initiate.ServerSideEncryptionMethod, initiate.ServerSideEncryptionKeyManagementServiceKeyId) = (method, kms));
        string upload = (await patience.TryAsync($"begin {key}", t => client.InitiateMultipartUploadAsync(initiate, t), s_short, token)).UploadId;
        try
        {
            using var room = new SemaphoreSlim(PartsAtOnce);
            int parts = (int)((file.Length + part - 1) / part);
            var tags = await Task.WhenAll(Enumerable.Range(0, parts).Select(i => PutPartAsync(upload, file, i, part, room, token)));
            var complete = new CompleteMultipartUploadRequest { BucketName = bucket, Key = key, UploadId = upload, PartETags = [.. tags] };
            await patience.TryAsync($"complete {key}", t => client.CompleteMultipartUploadAsync(complete, t), TimeSpan.FromMinutes(2), token);
        }
        catch (Exception e) when (e is not AmazonS3Exception { ErrorCode: "NoSuchUpload" })
        {
            await AbortAsync(upload);
            throw;
        }
    }

    private async Task<PartETag> PutPartAsync(string upload, FileStream file, int index, long part, SemaphoreSlim room, CancellationToken token)
    {
        await room.WaitAsync(token);
        try
        {
            long from = index * part, length = Math.Min(part, file.Length - from);
            byte[] md5 = await Md5Async(file, from, length, token);
            return await patience.TryAsync($"store part {index + 1} of {key}", async t =>
            {
                var answer = await client.UploadPartAsync(new()
                {
                    BucketName = bucket, Key = key, UploadId = upload, PartNumber = index + 1, FilePath = file.Name, FilePosition = from, PartSize = length,
                    MD5Digest = Convert.ToBase64String(md5), UseChunkEncoding = false, DisablePayloadSigning = _unsigned,
                }, t);
                Compare(answer.ETag, md5);
                return new PartETag(index + 1, answer.ETag);
            }, Limit(length), token);
        }
        finally
        {
            room.Release();
        }
    }

    private async Task AbortAsync(string upload)
    {
        try
        {
            await patience.AtMost(s_short).TryAsync($"abort {key}", t => client.AbortMultipartUploadAsync(bucket, key, upload, t), s_short, default);
        }
        catch (Exception e) when (e is WeightStoreUnavailableException or AmazonS3Exception)
        {
            // The collector aborts it later.
        }
    }

    private static TimeSpan Limit(long bytes) => s_least + TimeSpan.FromSeconds(bytes / SlowestBytesPerSecond);

    // Where the tag is an MD5 (not under KMS), it is that of what arrived.
    private void Compare(string? tag, byte[] md5)
    {
        string plain = tag?.Trim('"') ?? "";
        if (plain.Length == 32 && !options.Encryption.StartsWith("aws:kms", StringComparison.Ordinal) && plain != Convert.ToHexStringLower(md5))
            throw new TimeoutException($"what arrived has the MD5 {plain}, what was sent {Convert.ToHexStringLower(md5)}");
    }

    private static async Task<byte[]> Md5Async(FileStream file, long from, long length, CancellationToken token)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] buffer = new byte[Buffer];
        for (long done = 0; done < length;)
        {
            int read = await RandomAccess.ReadAsync(file.SafeFileHandle, buffer.AsMemory(0, (int)Math.Min(Buffer, length - done)), from + done, token);
            if (read == 0) throw new IOException($"'{file.Name}' ended {length - done} bytes early while it was sent.");
            md5.AppendData(buffer, 0, read);
            done += read;
        }
        return md5.GetHashAndReset();
    }
}
