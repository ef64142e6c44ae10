using Learngene.Grains.Federation.Rounds;
using Microsoft.Net.Http.Headers;

namespace Learngene.Silo.Http;

/// <summary>Answers with bytes that are in memory, or the ranges of them that are asked for, piece by piece as the client takes them.</summary>
/// <param name="bytes">They; let go of when they are sent.</param><param name="tag">Entity tag, in quotes; null without one.</param>
internal sealed class Moved(BytesInUse bytes, string? tag = null) : IResult
{
    private static int s_underway;

    public async Task ExecuteAsync(HttpContext context)
    {
        using (bytes)
        {
            context.Response.Body = new Pieces(context.Response.Body);
            await Results.Bytes(bytes.Bytes, "application/octet-stream", enableRangeProcessing: true, entityTag: tag is null ? null : new EntityTagHeaderValue(tag)).ExecuteAsync(context);
        }
    }

    /// <summary>Writes little at a time, and less the more do: given a whole model, the server would copy all of it for every client at once.</summary>
    private sealed class Pieces(Stream body) : Stream
    {
        private const int Longest = 16 * 1024, Shortest = 8 * 1024, Together = 4 * 1024 * 1024;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException("An answer is written front to back.");
        public override long Position { get => Length; set => throw new NotSupportedException("An answer is written front to back."); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref s_underway);
            try
            {
                while (!buffer.IsEmpty)
                {
                    int piece = Math.Min(Math.Clamp(Together / Volatile.Read(ref s_underway), Shortest, Longest), buffer.Length);
                    await body.WriteAsync(buffer[..piece], cancellationToken);
                    buffer = buffer[piece..];
                }
            }
            finally
            {
                Interlocked.Decrement(ref s_underway);
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
        public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);
        public override void Flush() => body.Flush();
        public override void Write(byte[] buffer, int offset, int count) => body.Write(buffer, offset, count);
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An answer is only written.");
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An answer is written front to back.");
        public override void SetLength(long value) => throw new NotSupportedException("An answer is written front to back.");
    }
}
