using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>What a record of a ledger holds.</summary>
internal enum LedgerKind
{
    /// <summary>One contribution: who sent it, and its bytes.</summary>
    Contribution = 1,
    /// <summary>Everything until here: who contributed, and the sums of their contributions.</summary>
    Snapshot = 2,
}

/// <summary>A record found in a ledger.</summary>
internal readonly record struct LedgerRecord(LedgerKind Kind, byte[] Meta, long BodyOffset, long BodyLength);

/// <summary>
/// The durable side of a round in progress: an append-only file of checksummed records. What a process that was killed had not
/// finished writing is cut off when the file is opened again; nothing in it was acknowledged. One thread at a time appends.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private const uint Magic = 0x31524C4C; // LLR1
    private const int HeaderLength = 40, LongestMeta = 256 * 1024 * 1024;
    private readonly SafeFileHandle _file;

    private readonly string _path;

    private Ledger(string path, SafeFileHandle file, IReadOnlyList<LedgerRecord> records, long length) => (_path, _file, Records, Length) = (path, file, records, length);

    /// <summary>The records that were there when it was opened.</summary>
    public IReadOnlyList<LedgerRecord> Records { get; }

    /// <summary>Bytes in it.</summary>
    public long Length { get; private set; }

    /// <summary>Opens or begins the ledger at a path.</summary>
    public static Ledger Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            var records = new List<LedgerRecord>();
            long end = 0;
            while (Next(file, end) is { } record)
            {
                records.Add(record);
                end = record.BodyOffset + record.BodyLength;
            }
            if (RandomAccess.GetLength(file) > end) RandomAccess.SetLength(file, end);
            return new(path, file, records, end);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends a record; it counts once <see cref="Flush"/> has returned. Returns where its body begins.</summary>
    /// <param name="kind">What it holds.</param><param name="meta">Its small part.</param><param name="body">Writes its large part.</param>
    public long Append(LedgerKind kind, byte[] meta, Action<Stream> body)
    {
        long start = Length;
        try
        {
            var hash = new XxHash3();
            hash.Append(meta);
            RandomAccess.Write(_file, meta, start + HeaderLength);
            using var stream = new AppendingStream(_file, start + HeaderLength + meta.Length, hash);
            body(stream);
            stream.Flush();
            RandomAccess.Write(_file, Header(kind, meta.Length, stream.Position, hash.GetCurrentHashAsUInt64()), start);
            Length = start + HeaderLength + meta.Length + stream.Position;
            return start + HeaderLength + meta.Length;
        }
        catch
        {
            RandomAccess.SetLength(_file, start); // half a record must not stand before the next
            throw;
        }
    }

    /// <summary>Returns when all that was appended is on the disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    /// <summary>Takes back what was appended after it had this length.</summary>
    public void CutTo(long length)
    {
        RandomAccess.SetLength(_file, length);
        Length = length;
    }

    /// <summary>Reads a body.</summary>
    public Stream Read(LedgerRecord record) => new RegionStream(_file, record.BodyOffset, record.BodyLength);

    /// <summary>The file as memory, for those who need all of it.</summary>
    public MappedFile Map() => new(_path);

    public void Dispose() => _file.Dispose();

    private static byte[] Header(LedgerKind kind, int meta, long body, ulong hash)
    {
        byte[] header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), (int)kind);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), meta);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), body);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), hash);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), XxHash3.HashToUInt64(header.AsSpan(0, 32)));
        return header;
    }

    // The whole record at an offset, or null where there is none, or not all of one.
    private static LedgerRecord? Next(SafeFileHandle file, long at)
    {
        byte[] header = new byte[HeaderLength];
        if (RandomAccess.Read(file, header, at) < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic) return null;
        if (BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(32)) != XxHash3.HashToUInt64(header.AsSpan(0, 32))) return null;
        int kind = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)), metaLength = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
        long body = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16)), room = RandomAccess.GetLength(file) - at - HeaderLength;
        if (metaLength is < 0 or > LongestMeta || body < 0 || metaLength > room || body > room - metaLength) return null;
        byte[] meta = new byte[metaLength];
        if (RandomAccess.Read(file, meta, at + HeaderLength) < metaLength) return null;
        var hash = new XxHash3();
        hash.Append(meta);
        using var stream = new RegionStream(file, at + HeaderLength + metaLength, body);
        hash.Append(stream);
        return hash.GetCurrentHashAsUInt64() == BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(24))
            ? new((LedgerKind)kind, meta, at + HeaderLength + metaLength, body) : null;
    }
}
