using System.Collections.Concurrent;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>Memory for contributions that are coming in: so many buffers and no more, whatever the number of clients. Who finds none waits.</summary>
/// <param name="longest">Bytes of the longest contribution.</param>
internal sealed class Staging(int longest)
{
    private const int Budget = 16 * 1024 * 1024, Fewest = 2, Most = 64;
    /// <summary>Bytes of a buffer.</summary>
    public int Longest => longest;

    private readonly SemaphoreSlim _free = new(Math.Clamp(Budget / Math.Max(1, longest), Fewest, Most));
    private readonly ConcurrentBag<byte[]> _buffers = [];

    /// <summary>A buffer of the longest contribution's length; to be given back.</summary>
    public async ValueTask<byte[]> RentAsync(CancellationToken token)
    {
        await _free.WaitAsync(token);
        return _buffers.TryTake(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(longest);
    }

    public void Return(byte[] buffer)
    {
        _buffers.Add(buffer);
        _free.Release();
    }
}
