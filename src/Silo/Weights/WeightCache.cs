using System.Collections.Concurrent;
using Learngene.Grains.Weights;

namespace Learngene.Silo.Weights;

/// <summary>
/// Files of weights on this silo's disk, of so many bytes and no more: what was wanted longest ago makes room, what is open does not. A file
/// gets its name when all of it has come and its hash is right, so a crash leaves none that is half.
/// </summary>
internal sealed class WeightCache
{
    private sealed class Entry(WeightRef reference)
    {
        public WeightRef Reference => reference;
        public long Used;
        public int Leases;
    }

    private readonly DirectoryWeightStore _files;
    private readonly string _root;
    private readonly long _limit;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly ConcurrentDictionary<string, Lazy<Task>> _coming = new();
    private long _size, _expected, _clock; // bytes here, bytes on their way, and a count of uses

    /// <summary>Opens a cache; what an earlier process left in it is used, oldest first to go.</summary>
    /// <param name="root">Its directory; made if need be.</param>
    /// <param name="limit">Bytes it may hold, 1 or more.</param>
    /// <param name="time">Dates files.</param>
    public WeightCache(string root, long limit, TimeProvider time)
    {
        (_root, _limit, _files) = (Path.GetFullPath(root), limit, new(root, time));
        _files.DeleteTemporaries(time.GetUtcNow() - TimeSpan.FromHours(24)); // of uploads that nobody went on with
        foreach (var stored in _files.List().OrderBy(s => s.Written)) Enter(stored.Reference);
        MakeRoom(0, strict: false);
    }

    /// <summary>The files themselves, for what is being stored or uploaded.</summary>
    public DirectoryWeightStore Files => _files;

    /// <summary>Bytes held.</summary>
    public long Size
    {
        get { lock (_gate) return _size; }
    }

    /// <summary>Opens a file; one that is not here is fetched, by one of those who want it, for all.</summary>
    /// <param name="reference">Which.</param>
    /// <param name="from">Where it comes from, for sentences.</param>
    /// <param name="fetch">Writes it; throws if it cannot.</param>
    /// <param name="token">Stops waiting; the fetching goes on for others.</param>
    /// <exception cref="IOException">The disk is full, or all that the cache may hold is in use.</exception>
    public async Task<FileStream> OpenAsync(WeightRef reference, string from, Func<Stream, CancellationToken, Task> fetch, CancellationToken token)
    {
        for (bool hit = true; ; hit = false)
        {
            if (TryOpen(reference) is { } file)
            {
                StorageMeter.Wanted(hit);
                return file;
            }
            var coming = _coming.GetOrAdd(reference.Sha256, _ => new(() => FetchAsync(reference, from, fetch)));
            await coming.Value.WaitAsync(token);
        }
    }

    /// <summary>Opens a file that is here; null if it is not, or was found damaged.</summary>
    public FileStream? TryOpen(WeightRef reference)
    {
        if (!Lease(reference)) return null;
        try
        {
            return new LeasedFile(_files.Open(reference), () => Release(reference));
        }
        catch (Exception e) when (e is WeightNotFoundException or CorruptWeightException)
        {
            Release(reference);
            Forget(reference);
            return null;
        }
        catch
        {
            Release(reference);
            throw;
        }
    }

    /// <summary>Notes a file that was just stored here, and holds on to it until the lease is disposed of.</summary>
    public IDisposable Hold(WeightRef reference)
    {
        lock (_gate)
        {
            Enter(reference);
            _entries[reference.Sha256].Leases++;
        }
        MakeRoom(0, strict: false);
        return new Lasting(() =>
        {
            Release(reference);
            MakeRoom(0, strict: false);
        });
    }

    /// <summary>Removes a file, unless it is in use.</summary>
    public void Remove(WeightRef reference)
    {
        lock (_gate)
            if (_entries.TryGetValue(reference.Sha256, out var entry) && entry.Leases <= 0) Evict(entry);
    }

    /// <summary>Removes all that is not in use, as when the disk is full.</summary>
    public void Clear()
    {
        lock (_gate)
            foreach (var entry in _entries.Values.Where(e => e.Leases <= 0).ToList()) Evict(entry);
    }

    private async Task FetchAsync(WeightRef reference, string from, Func<Stream, CancellationToken, Task> fetch)
    {
        await Task.Yield(); // so that those who come meanwhile find it coming
        bool expected = false;
        try
        {
            MakeRoom(reference.Length, strict: true);
            expected = true;
            await FilledAsync(() => _files.FetchAsync(reference, from, fetch, default), reference);
            lock (_gate) Enter(reference);
        }
        finally
        {
            lock (_gate)
            {
                if (expected) _expected -= reference.Length;
                _coming.TryRemove(reference.Sha256, out _);
            }
        }
    }

    // A disk that is full of what is cached is made emptier, once.
    private async Task FilledAsync(Func<Task> fill, WeightRef reference)
    {
        try
        {
            await fill();
        }
        catch (IOException e) when (e.IsDiskFull())
        {
            Clear();
            try
            {
                await fill();
            }
            catch (IOException again) when (again.IsDiskFull())
            {
                throw new IOException($"the weights {reference.Sha256} ({reference.Length} bytes) do not fit on the disk of {_root} (No space left); free some, or name another with --weight-cache.", again);
            }
        }
    }

    private void MakeRoom(long bytes, bool strict)
    {
        lock (_gate)
        {
            while (_size + _expected + bytes > _limit && _entries.Values.Where(e => e.Leases <= 0).MinBy(e => e.Used) is { } oldest) Evict(oldest);
            if (strict && _size + _expected + bytes > _limit)
                throw new IOException($"the weight cache {_root} may hold {_limit} bytes, of which {_size + _expected} are in use; {bytes} more do not fit: give it more with --weight-cache-bytes, or try again when jobs and downloads are done.");
            if (strict) _expected += bytes;
        }
    }

    private bool Lease(WeightRef reference)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(reference.Sha256, out var entry) || entry.Reference != reference) return false;
            entry.Leases++;
            entry.Used = ++_clock;
            return true;
        }
    }

    private void Release(WeightRef reference)
    {
        lock (_gate)
            if (_entries.TryGetValue(reference.Sha256, out var entry)) entry.Leases--;
    }

    private void Enter(WeightRef reference)
    {
        if (_entries.TryGetValue(reference.Sha256, out var known))
        {
            known.Used = ++_clock;
            return;
        }
        _entries[reference.Sha256] = new(reference) { Used = ++_clock };
        Change(reference.Length);
    }

    private void Forget(WeightRef reference)
    {
        lock (_gate)
            if (_entries.Remove(reference.Sha256)) Change(-reference.Length);
    }

    private void Evict(Entry entry)
    {
        _files.Delete(entry.Reference);
        _entries.Remove(entry.Reference.Sha256);
        Change(-entry.Reference.Length);
        StorageMeter.Evicted(entry.Reference.Length);
    }

    private void Change(long bytes)
    {
        _size += bytes;
        StorageMeter.Cached(bytes);
    }

    private sealed class Lasting(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
