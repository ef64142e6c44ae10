using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Learngene.Vision.Data.Formats;

namespace Learngene.Vision.Data;

/// <summary>SHA-256 over what a data set contains, wherever and however it is stored. Every part is preceded by its length.</summary>
internal static class ContentHash
{
    public static string Of(MemoryImageSet train, MemoryImageSet test)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (channels, height, width) = train.Geometry;
        Text(hash, $"images {channels} {height} {width}");
        foreach (var set in (MemoryImageSet[])[train, test])
        {
            Part(hash, set.Labels);
            Part(hash, set.Pixels);
        }
        return Hex(hash);
    }

    /// <summary>Relative names and the bytes of the files, in the order given: a read of the whole data set.</summary>
    public static string Of(IReadOnlyList<LabelledFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Text(hash, "files");
        var buffer = new byte[64 * 1024];
        foreach (var file in files)
        {
            Text(hash, file.Name);
            DataException.Guard(file.Path, () => Contents(hash, file.Path, buffer));
        }
        return Hex(hash);
    }

    private static long Contents(IncrementalHash hash, string path, byte[] buffer)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var length = stream.Length;
        Length(hash, length);
        for (int read; (read = stream.Read(buffer)) > 0;)
            hash.AppendData(buffer, 0, read);
        return length;
    }

    private static void Text(IncrementalHash hash, string text) => Part(hash, Encoding.UTF8.GetBytes(text));

    private static void Part(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Length(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Length(IncrementalHash hash, long length)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }

    private static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
