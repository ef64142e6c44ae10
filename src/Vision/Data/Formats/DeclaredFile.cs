using System.Buffers.Binary;
using System.IO.Compression;

namespace Learngene.Vision.Data.Formats;

/// <summary>
/// A file, plain or .gz, whose header declares how much follows. Never takes the declaration's word for it: a plain file must have
/// exactly that length before anything is allocated, and a compressed one is given memory as its bytes arrive.
/// </summary>
internal sealed class DeclaredFile : IDisposable
{
    // Deflate cannot do better than 1,032 to 1, so a header that promises more is lying.
    private const int MaxRatio = 1_032;
    private const int FirstStep = 64 * 1024;

    private readonly FileStream _file;
    private readonly Stream _stream;
    private readonly bool _gzip;
    private long _read;

    public DeclaredFile(string path)
    {
        Path = path;
        _gzip = path.EndsWith(".gz", StringComparison.Ordinal);
        _file = DataException.Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 16 * 1024));
        _stream = _gzip ? new GZipStream(_file, CompressionMode.Decompress) : _file;
    }

    public string Path { get; }

    /// <summary>The next four bytes, big-endian.</summary>
    public uint ReadUInt32(string field)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (Fill(bytes) < 4)
            throw new DataException($"{Path}: the file ends before its {field}; at least {_read + 4} bytes are needed.");
        _read += 4;
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Refuses, before anything is allocated, a header that declares what this file cannot hold.</summary>
    public void CheckDeclared(long body)
    {
        if (!_gzip && _file.Length != _read + body)
            throw new DataException($"{Path}: the file has {_file.Length} bytes, but its header declares {_read + body}.");
        if (_gzip && _read + body > _file.Length * MaxRatio)
            throw new DataException($"{Path}: its header declares {_read + body} bytes, more than {_file.Length} compressed bytes can hold.");
    }

    /// <summary>Everything after the header: exactly <paramref name="body"/> bytes, or an error.</summary>
    public byte[] ReadBody(int body)
    {
        CheckDeclared(body);
        var justified = _gzip ? Math.Max(FirstStep, 4 * _file.Length) : body;
        var bytes = new byte[Math.Min(body, justified)];
        var filled = Fill(bytes);
        while (filled == bytes.Length && filled < body)
        {
            Array.Resize(ref bytes, (int)Math.Min(body, 2L * filled));
            filled += Fill(bytes.AsSpan(filled));
        }
        if (filled < body)
            throw new DataException($"{Path}: the file ends after {filled} of the {body} bytes its header declares; is it truncated?");
        Span<byte> more = stackalloc byte[1];
        if (Fill(more) > 0)
            throw new DataException($"{Path}: more follows after the {body} bytes its header declares.");
        return bytes;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
    }

    private int Fill(Span<byte> target)
    {
        try
        {
            return _stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new DataException($"{Path}: the gzip stream is damaged ({e.Message.TrimEnd('.')}).", e);
        }
        catch (IOException e)
        {
            throw new DataException($"{Path}: the file cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
