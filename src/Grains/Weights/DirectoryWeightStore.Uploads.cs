using System.Security.Cryptography;

namespace Learngene.Grains.Weights;

internal sealed partial class DirectoryWeightStore
{
    /// <inheritdoc/>
    public long Received(WeightRef expected)
    {
        if (Exists(expected))
            return expected.Length;
        var upload = new FileInfo(_directory.UploadOf(expected));
        return upload.Exists ? upload.Length : 0;
    }

    /// <inheritdoc/>
    public async Task<bool> AppendAsync(WeightRef expected, long offset, Stream content, CancellationToken token)
    {
        var path = _directory.UploadOf(expected);
        if (Touch(expected))
            return true;
        await using var upload = OpenUpload(path, expected);
        if (offset != upload.Length)
            throw new ArgumentOutOfRangeException(nameof(offset), $"The upload of {expected.Sha256} has got to byte {upload.Length}, this part begins at {offset}.");
        upload.Seek(0, SeekOrigin.End);
        try
        {
            await Receive(expected, upload, content, token);
            if (upload.Length < expected.Length)
                return false;
            await Check(expected, upload, token);
        }
        catch (WeightMismatchException)
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            File.SetLastWriteTimeUtc(upload.SafeFileHandle, time.GetUtcNow().UtcDateTime);
        }

        Publish(path, expected);
        return true;
    }

    /// <summary>Stores content that comes from elsewhere, if it is what it should be.</summary>
    /// <param name="expected">What it should be.</param>
    /// <param name="from">Where it comes from, for the sentence.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="CorruptWeightException">It is something else; nothing was stored.</exception>
    internal Task FetchAsync(WeightRef expected, string from, Func<Stream, CancellationToken, Task> write, CancellationToken token) => PutAsync(async (stream, t) =>
    {
        await write(stream, t);
        if (((HashingStream)stream).Reference() is var came && came != expected)
            throw new CorruptWeightException($"{from} should be the weights {expected.Sha256} ({expected.Length} bytes) and has the hash {came.Sha256} ({came.Length} bytes)");
    }, token);

    private static async Task Receive(WeightRef expected, FileStream upload, Stream content, CancellationToken token)
    {
        var buffer = new byte[BufferBytes];
        for (int read; (read = await content.ReadAsync(buffer, token)) > 0;)
        {
            if (read > expected.Length - upload.Length)
                throw new WeightMismatchException($"The upload of {expected.Sha256} has {expected.Length} bytes by its announcement, {upload.Length + read} came; it was discarded.");
            await upload.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
        }
    }

    private static async Task Check(WeightRef expected, FileStream upload, CancellationToken token)
    {
        upload.Flush(flushToDisk: true);
        upload.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(upload, token));
        if (hash != expected.Sha256)
            throw new WeightMismatchException($"The upload of {expected.Sha256} has the hash {hash}; it was discarded.");
    }

    private static FileStream OpenUpload(string path, WeightRef expected)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e)
        {
            throw new IOException($"The upload of {expected.Sha256} cannot be gone on with; another request may be doing so: ask how far it is, and try again.", e);
        }
    }
}
