using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Learngene.Grains.Weights;

/// <summary>A store in a directory, which may be on a volume that several silos share.</summary>
/// <param name="root">The directory; made if need be.</param>
/// <param name="time">Dates what is stored.</param>
internal sealed partial class DirectoryWeightStore(string root, TimeProvider time) : IWeightStore
{
    private const int BufferBytes = 1 << 18;
    private readonly WeightDirectory _directory = new(root);

    // Files whose hash is known to be right, as they were then.
    private readonly ConcurrentDictionary<string, (long Length, DateTime Written)> _verified = new();

    // Around looking at a date and acting on it; never around reading or writing content.
    private readonly Lock _naming = new();

    /// <inheritdoc/>
    public async Task<WeightRef> PutAsync(Func<Stream, CancellationToken, Task> write, CancellationToken token)
    {
        var temporary = _directory.NewTemporary();
        try
        {
            WeightRef reference;
            await using (var file = Create(temporary))
            await using (var hashing = new HashingStream(file))
            {
                await write(hashing, token);
                reference = hashing.Reference();
                Seal(file);
            }

            return Publish(temporary, reference);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    public WeightRef Put(Action<Stream> write)
    {
        var temporary = _directory.NewTemporary();
        try
        {
            WeightRef reference;
            using (var file = Create(temporary))
            using (var hashing = new HashingStream(file))
            {
                write(hashing);
                reference = hashing.Reference();
                Seal(file);
            }

            return Publish(temporary, reference);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc/>
    public FileStream Open(WeightRef reference)
    {
        var path = _directory.PathOf(reference);
        var file = OpenFile(path, reference);
        try
        {
            Verify(file, path, reference);
            if (file.Length != reference.Length)
                throw new WeightNotFoundException($"The weights {reference.Sha256} have {file.Length} bytes, {reference.Length} were asked for.");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Exists(WeightRef reference)
    {
        var file = new FileInfo(_directory.PathOf(reference));
        return file.Exists && file.Length == reference.Length;
    }

    /// <inheritdoc/>
    public Task<bool> TouchAsync(WeightRef reference) => Task.FromResult(Touch(reference));

    /// <inheritdoc/>
    public Task VerifyAsync(WeightRef reference, CancellationToken token)
    {
        _verified.TryRemove(_directory.PathOf(reference), out _);
        Open(reference).Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Delete(WeightRef reference, DateTimeOffset? writtenBefore = null)
    {
        var path = _directory.PathOf(reference);
        var aside = _directory.NewTemporary();
        lock (_naming)
        {
            if (!File.Exists(path) || IsYoung(path, writtenBefore))
                return false;
            try
            {
                File.Move(path, aside);
            }
            catch (FileNotFoundException)
            {
                return false; // another silo was quicker
            }

            // Another silo may have stored it again since it was looked at: then what was moved aside is the new file, and goes back.
            if (IsYoung(aside, writtenBefore))
            {
                _directory.Rename(aside, path);
                return false;
            }

            File.Delete(aside);
            _verified.TryRemove(path, out _);
            return true;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<StoredWeight> List()
    {
        foreach (var file in _directory.Files())
        {
            file.Refresh();
            if (file.Exists)
                yield return new StoredWeight(new WeightRef(Path.GetFileNameWithoutExtension(file.Name), file.Length), file.LastWriteTimeUtc);
        }
    }

    /// <inheritdoc/>
    public int DeleteTemporaries(DateTimeOffset writtenBefore)
    {
        var deleted = 0;
        foreach (var file in new DirectoryInfo(_directory.Incoming).EnumerateFiles())
        {
            try
            {
                // Fails while somebody has it open for writing.
                using var exclusive = new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None | FileShare.Delete, bufferSize: 0);
                if (IsYoung(file.FullName, writtenBefore))
                    continue;
                file.Delete();
                deleted++;
            }
            catch (IOException)
            {
                // In use, or gone: not stale.
            }
        }

        return deleted;
    }

    // A collector that has moved the file aside finds it young and puts it back, or it is not found here: either way nothing is lost.
    private bool Touch(WeightRef reference)
    {
        var path = _directory.PathOf(reference);
        var now = time.GetUtcNow().UtcDateTime;
        lock (_naming)
        {
            if (!Exists(reference))
                return false;
            try
            {
                bool known = _verified.TryGetValue(path, out var stamp) && stamp == (reference.Length, File.GetLastWriteTimeUtc(path));
                File.SetLastWriteTimeUtc(path, now);
                if (known)
                    _verified[path] = (reference.Length, File.GetLastWriteTimeUtc(path));
                return true;
            }
            catch (FileNotFoundException)
            {
                return false;
            }
        }
    }

    private static FileStream Create(string path) => new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: BufferBytes);

    private static bool IsYoung(string path, DateTimeOffset? writtenBefore) => File.GetLastWriteTimeUtc(path) >= writtenBefore?.UtcDateTime;

    // Dated while it is still locked, so that no collector takes it for a leftover of a clock that is behind.
    private void Seal(FileStream file)
    {
        file.Flush(flushToDisk: true);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, time.GetUtcNow().UtcDateTime);
    }

    // The date is that of now even if the content was there: who stores it may be about to refer to it.
    private WeightRef Publish(string temporary, WeightRef reference)
    {
        var path = _directory.PathOf(reference);
        var stamp = (reference.Length, File.GetLastWriteTimeUtc(temporary));
        lock (_naming)
        {
            _directory.Rename(temporary, path);
            _verified[path] = stamp;
        }

        return reference;
    }

    private static FileStream OpenFile(string path, WeightRef reference)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeightNotFoundException($"The weights {reference.Sha256} ({reference.Length} bytes) are not in the store; upload them, or make them again.");
        }
    }

    private void Verify(FileStream file, string path, WeightRef reference)
    {
        var stamp = (file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));
        if (_verified.TryGetValue(path, out var known) && known == stamp)
            return;
        var hash = Convert.ToHexStringLower(SHA256.HashData(file));
        file.Position = 0;
        if (hash == reference.Sha256)
        {
            _verified[path] = stamp;
            return;
        }

        var quarantined = Path.Combine(_directory.Quarantine, Path.GetFileName(path));
        lock (_naming)
        {
            // Unless it was stored anew meanwhile.
            if (File.Exists(path) && stamp == (new FileInfo(path).Length, File.GetLastWriteTimeUtc(path)))
                File.Move(path, quarantined, overwrite: true);
        }

        throw new CorruptWeightException($"The weights {reference.Sha256} have the hash {hash} on disk; the file was moved to '{quarantined}': upload them, or make them again.");
    }
}
