using System.Buffers.Binary;

namespace Learngene.Vision.Data.Formats;

/// <summary>Whether a PNG file is whole. Skia fills up what is missing of a cut one and says nothing.</summary>
internal static class PngChunks
{
    private const int Signature = 8, Frame = 12; // a chunk beside its data: length, type, check sum
    private static ReadOnlySpan<byte> End => "IEND"u8;

    /// <summary>Walks from chunk to chunk to the one that ends the image; what follows that one does not matter.</summary>
    public static bool AreWhole(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        long length = RandomAccess.GetLength(file);
        Span<byte> head = stackalloc byte[8];
        for (long at = Signature; at + Frame <= length;)
        {
            if (RandomAccess.Read(file, head, at) < head.Length) return false;
            if (head[4..].SequenceEqual(End)) return true;
            at += Frame + BinaryPrimitives.ReadUInt32BigEndian(head);
        }
        return false;
    }
}
