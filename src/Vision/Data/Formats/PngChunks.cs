using System.Buffers.Binary;

namespace Learngene.Vision.Data.Formats;

/// <summary>Whether a PNG file is whole. Skia fills up what is missing of a cut one and says nothing.</summary>
internal static class PngChunks
{
    private const int Signature = 8, Frame = 12; // a chunk beside its data: length, type, check sum
    private const int Most = 1 << 17; // chunks; encoders write 8 KB and more in one
    private static ReadOnlySpan<byte> End => "IEND"u8;

    /// <summary>Walks from chunk to chunk to the one that ends the image, at most 131,072; what follows that one does not matter.</summary>
    public static bool AreWhole(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        long length = RandomAccess.GetLength(file);
        Span<byte> head = stackalloc byte[8];
        long at = Signature;
        for (int chunk = 0; chunk < Most && at + Frame <= length; chunk++)
        {
            if (RandomAccess.Read(file, head, at) < head.Length) return false;
            if (head[4..].SequenceEqual(End)) return true;
            at += Frame + BinaryPrimitives.ReadUInt32BigEndian(head);
        }
        return false;
    }
}
