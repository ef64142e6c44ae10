using System.Buffers;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>Where one contribution is while it is checked and added; disposing of it gives the room back.</summary>
internal abstract class Staged : IDisposable
{
    private bool _disposed;

    /// <summary>Takes all of a contribution in; the bytes are there until this is disposed of.</summary>
    /// <param name="body">Sends them.</param><param name="length">How many, 1 or more and no more than the room's.</param><param name="token">Gives up.</param>
    /// <exception cref="EndOfStreamException">It ended before.</exception>
    /// <exception cref="NotDurableException">The disk does not take it.</exception>
    public abstract ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(Stream body, int length, CancellationToken token);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        GiveBack();
    }

    /// <summary>Called once.</summary>
    protected abstract void GiveBack();
}

/// <summary>In a buffer.</summary>
internal sealed class StagedInMemory(byte[] buffer, Action<byte[]> giveBack) : Staged
{
    public override async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(Stream body, int length, CancellationToken token)
    {
        await body.ReadExactlyAsync(buffer.AsMemory(0, length), token);
        return buffer.AsMemory(0, length);
    }

    protected override void GiveBack() => giveBack(buffer);
}

/// <summary>In a file that is gone when this is.</summary>
internal sealed class StagedInFile(string path, Action giveBack) : Staged
{
    private const int Piece = 32 * 1024;
    private MappedFile? _mapped;

    public override async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(Stream body, int length, CancellationToken token)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            using var file = Open();
            for (int left = length; left > 0;)
            {
                int read = await body.ReadAsync(piece.AsMemory(0, Math.Min(Piece, left)), token);
                if (read == 0) throw new EndOfStreamException($"the contribution ended {left} bytes before its end.");
                Write(file, piece.AsSpan(0, read));
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        _mapped = new(path);
        return _mapped.Region(0, length);
    }

    protected override void GiveBack()
    {
        try
        {
            _mapped?.Dispose();
            File.Delete(path);
        }
        finally
        {
            giveBack();
        }
    }

    private FileStream Open()
    {
        try
        {
            return new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (IOException e)
        {
            throw new NotDurableException(e);
        }
    }

    private static void Write(FileStream file, ReadOnlySpan<byte> piece)
    {
        try
        {
            file.Write(piece);
        }
        catch (IOException e)
        {
            throw new NotDurableException(e);
        }
    }
}
