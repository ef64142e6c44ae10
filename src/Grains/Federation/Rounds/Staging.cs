using System.Collections.Concurrent;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>
/// Room for contributions that are coming in, whatever the number of clients: a few buffers in memory for those who come fast, and files for
/// those who find none of them free within a moment, so that slow senders hold nobody up. Who finds neither waits.
/// </summary>
/// <param name="longest">Bytes of the longest contribution.</param><param name="directory">Where the files are.</param><param name="time">For the moment.</param>
internal sealed class Staging(int longest, string directory, TimeProvider time)
{
    private const int Memory = 16 * 1024 * 1024, FewestBuffers = 2, MostBuffers = 64, MostFiles = 64;
    private const string Extension = ".arriving";
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _buffersFree = new(Math.Clamp(Memory / Math.Max(1, longest), FewestBuffers, MostBuffers)), _filesFree = new(MostFiles);
    private readonly ConcurrentBag<byte[]> _buffers = [];
    private readonly string _name = Guid.NewGuid().ToString("N");
    private int _files;

    /// <summary>Bytes of a buffer.</summary>
    public int Longest => longest;

    /// <summary>Removes what a process that was killed had not taken in to its end.</summary>
    public static void Clear(string directory)
    {
        foreach (string file in Directory.EnumerateFiles(directory, "*" + Extension)) File.Delete(file);
    }

    /// <summary>Room for one contribution; to be given back.</summary>
    public async ValueTask<Staged> RentAsync(CancellationToken token)
    {
        if (await BufferAsync(token)) return new StagedInMemory(_buffers.TryTake(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(longest), Return);
        await _filesFree.WaitAsync(token);
        return new StagedInFile(Path.Combine(directory, FormattableString.Invariant($"{_name}-{Interlocked.Increment(ref _files)}{Extension}")), () => _filesFree.Release());
    }

    private async ValueTask<bool> BufferAsync(CancellationToken token)
    {
        if (_buffersFree.Wait(0, CancellationToken.None)) return true;
        using var moment = new CancellationTokenSource(s_moment, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(token, moment.Token);
        try
        {
            await _buffersFree.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Return(byte[] buffer)
    {
        _buffers.Add(buffer);
        _buffersFree.Release();
    }
}
