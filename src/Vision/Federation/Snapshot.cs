using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Learngene.Vision.Federation;

/// <summary>Writes a snapshot: four letters, the layout's fingerprint, raw numbers as they lie in memory (little-endian), XxHash3.</summary>
internal sealed class SnapshotWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly XxHash3 _hash = new();

    public SnapshotWriter(Stream stream, string magic, ulong fingerprint)
    {
        _stream = stream;
        Write<byte>(Encoding.ASCII.GetBytes(magic));
        Write(fingerprint);
    }

    public void Write<T>(T value) where T : unmanaged => Write<T>([value]);

    public void Write<T>(ReadOnlySpan<T> values) where T : unmanaged
    {
        // Pieces, since the bytes of a large array are more than one span holds.
        for (; values.Length > 0; values = values[Math.Min(values.Length, 1 << 20)..])
        {
            var bytes = MemoryMarshal.AsBytes(values[..Math.Min(values.Length, 1 << 20)]);
            _hash.Append(bytes);
            _stream.Write(bytes);
        }
    }

    /// <summary>Writes the hash; the stream stays open.</summary>
    public void Dispose() => _stream.Write(_hash.GetCurrentHash());
}

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote.</summary>
internal sealed class SnapshotReader
{
    private readonly Stream _stream;
    private readonly string _magic;
    private readonly XxHash3 _hash = new();

    public SnapshotReader(Stream stream, string magic, ulong fingerprint)
    {
        (_stream, _magic) = (stream, magic);
        Span<byte> letters = stackalloc byte[magic.Length];
        Fill(letters);
        if (!letters.SequenceEqual(Encoding.ASCII.GetBytes(magic))) throw Bad($"it starts with '{Encoding.Latin1.GetString(letters)}'");
        ulong found = Read<ulong>();
        if (found != fingerprint) throw Bad($"it is of a model with fingerprint {found:x16}, not {fingerprint:x16}");
    }

    public T Read<T>() where T : unmanaged
    {
        Span<T> value = stackalloc T[1];
        Fill(value);
        return value[0];
    }

    public int Read(string what, int low, int high) => Read<int>() is var n && n >= low && n <= high ? n : throw Bad($"{what} {n} is outside {low}..{high}");

    public long Read(string what, long low, long high) => Read<long>() is var n && n >= low && n <= high ? n : throw Bad($"{what} {n} is outside {low}..{high}");

    public void Fill<T>(Span<T> values) where T : unmanaged
    {
        for (; values.Length > 0; values = values[Math.Min(values.Length, 1 << 20)..])
        {
            var bytes = MemoryMarshal.AsBytes(values[..Math.Min(values.Length, 1 << 20)]);
            if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw Bad("it ends in the middle");
            _hash.Append(bytes);
        }
    }

    /// <summary>Compares the hash.</summary>
    public void Complete()
    {
        Span<byte> says = stackalloc byte[8];
        if (_stream.ReadAtLeast(says, 8, throwOnEndOfStream: false) < 8) throw Bad("it ends in the middle");
        if (!says.SequenceEqual(_hash.GetCurrentHash())) throw Bad("its hash does not fit");
    }

    private InvalidDataException Bad(string what) => new($"the snapshot {_magic} cannot be used: {what}.");
}
