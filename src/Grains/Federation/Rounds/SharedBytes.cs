namespace Learngene.Grains.Federation.Rounds;

/// <summary>Bytes that many read at once, in a buffer that goes back to where it came from when its owner and the last reader are done with it.</summary>
/// <param name="buffer">Where they are.</param><param name="length">How many there are.</param><param name="giveBack">Takes the buffer back.</param>
internal sealed class SharedBytes(byte[] buffer, int length, Action<byte[]> giveBack)
{
    private int _users = 1; // the owner

    public int Length => length;

    /// <summary>Lets one more read; null where the buffer has gone back. The reader disposes of what it gets.</summary>
    public BytesInUse? Use()
    {
        for (int users = Volatile.Read(ref _users); users > 0;)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users) return new(buffer.AsMemory(0, length), Done);
            users = seen;
        }
        return null;
    }

    /// <summary>The owner, or a reader, is done.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _users) == 0) giveBack(buffer);
    }
}

/// <summary>Bytes that are somebody's to read until it disposes of this.</summary>
/// <param name="bytes">They.</param><param name="done">Told once; null where nobody waits for them.</param>
internal sealed class BytesInUse(ReadOnlyMemory<byte> bytes, Action? done = null) : IDisposable
{
    private Action? _done = done;

    public ReadOnlyMemory<byte> Bytes => bytes;

    public void Dispose() => Interlocked.Exchange(ref _done, null)?.Invoke();
}
