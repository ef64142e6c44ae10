using System.Security.Cryptography;

namespace Learngene.Grains.Weights;

/// <summary>Passes on what is written, and hashes it on the way. Leaves the stream beneath open.</summary>
internal sealed class HashingStream(Stream beneath) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException("Weights are written front to back.");
    }

    /// <summary>The name of what was written.</summary>
    internal WeightRef Reference() => new(Convert.ToHexStringLower(_hash.GetCurrentHash()), _length);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        beneath.Write(buffer);
        _hash.AppendData(buffer);
        _length += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await beneath.WriteAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span);
        _length += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => beneath.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => beneath.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Weights are read from the store, not while they are written.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("Weights are written front to back.");

    public override void SetLength(long value) => throw new NotSupportedException("Weights are written front to back.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
