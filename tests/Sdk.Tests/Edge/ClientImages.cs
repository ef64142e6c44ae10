using System.Buffers.Binary;
using System.IO.Compression;

namespace Learngene.Sdk.Tests.Edge;

/// <summary>Data folders of edge clients: IDX files with some of the shipped images, the last fifth of them to measure with.</summary>
internal static class ClientImages
{
    /// <summary>Writes a folder unless it is there, and returns its path.</summary>
    public static string Write(string folder, int from, int count)
    {
        if (Directory.Exists(folder)) return folder;
        Directory.CreateDirectory(folder);
        byte[] allPixels = Shipped("train-images-idx3-ubyte.gz"), allLabels = Shipped("train-labels-idx1-ubyte.gz");
        int train = count * 4 / 5;
        Write("train", from, train);
        Write("t10k", from + train, count - train);
        return folder;

        void Write(string split, int first, int n)
        {
            byte[] pixels = new byte[16 + n * 784], labels = new byte[8 + n];
            foreach (var (at, value) in ((int, int)[])[(0, 2051), (4, n), (8, 28), (12, 28)]) BinaryPrimitives.WriteInt32BigEndian(pixels.AsSpan(at), value);
            foreach (var (at, value) in ((int, int)[])[(0, 2049), (4, n)]) BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(at), value);
            allPixels.AsSpan(16 + first * 784, n * 784).CopyTo(pixels.AsSpan(16));
            allLabels.AsSpan(8 + first, n).CopyTo(labels.AsSpan(8));
            File.WriteAllBytes(Path.Combine(folder, $"{split}-images-idx3-ubyte"), pixels);
            File.WriteAllBytes(Path.Combine(folder, $"{split}-labels-idx1-ubyte"), labels);
        }
    }

    private static byte[] Shipped(string file)
    {
        using var stream = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", "fashion-mnist", file)), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
