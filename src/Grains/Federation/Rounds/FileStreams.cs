using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>A part of a file, to be read from its beginning.</summary>
internal sealed class RegionStream(SafeFileHandle file, long offset, long length) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - Position);
        int read = wanted == 0 ? 0 : RandomAccess.Read(file, buffer[..wanted], offset + Position);
        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A region is read front to back.");
    public override void SetLength(long value) => throw new NotSupportedException("A region is only read.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A region is only read.");
}

/// <summary>Writes a file from an offset on, and hashes what it writes.</summary>
internal sealed class AppendingStream(SafeFileHandle file, long offset, XxHash3 hash) : Stream
{
    private long _written;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _written;
    public override long Position { get => _written; set => throw new NotSupportedException("It is written front to back."); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RandomAccess.Write(file, buffer, offset + _written);
        hash.Append(buffer);
        _written += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is only written.");
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("It is written front to back.");
    public override void SetLength(long value) => throw new NotSupportedException("It is written front to back.");
}
