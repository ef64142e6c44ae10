using System.Buffers.Binary;
using System.IO.Compression;
using Learngene.Vision.Data;
using SkiaSharp;

namespace Learngene.Vision.Tests.Data;

/// <summary>Writes small data sets in every format, from a seed.</summary>
internal static class Samples
{
    public static readonly string[] IdxNames = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    public static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Labels 0, 1, .. classes - 1, 0, ..</summary>
    public static byte[] Labels(int count, int classes) => [.. Enumerable.Range(0, count).Select(i => (byte)(i % classes))];

    public static MemoryImageSet Set(int count, ImageGeometry geometry, int classes = 4, int seed = 1) =>
        new(geometry, classes, Bytes(seed, count * geometry.Size), Labels(count, classes));

    public static byte[] IdxImages(byte[] pixels, int count, int height, int width) => [.. Words(0x803, count, height, width), .. pixels];

    public static byte[] IdxLabels(byte[] labels) => [.. Words(0x801, labels.Length), .. labels];

    public static byte[] Words(params int[] values)
    {
        var bytes = new byte[4 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), values[i]);
        return bytes;
    }

    /// <summary>The four files, in the order of <see cref="IdxNames"/>.</summary>
    public static byte[][] Idx(int train = 20, int test = 8, int height = 6, int width = 5, int classes = 4) =>
    [
        IdxImages(Bytes(1, train * height * width), train, height, width), IdxLabels(Labels(train, classes)),
        IdxImages(Bytes(2, test * height * width), test, height, width), IdxLabels(Labels(test, classes)),
    ];

    public static void WriteIdx(TempFolder folder, byte[][] files, bool gzip = false)
    {
        for (var i = 0; i < files.Length; i++)
            File.WriteAllBytes(folder[IdxNames[i] + (gzip ? ".gz" : "")], gzip ? Gzip(files[i]) : files[i]);
    }

    public static byte[] Gzip(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
            gzip.Write(content);
        return target.ToArray();
    }

    /// <summary>Records of label bytes and 3,072 random pixels.</summary>
    public static byte[] Cifar(int seed, params byte[][] labels) => [.. labels.SelectMany((label, i) => label.Concat(Bytes(seed + i, 3072)))];

    /// <summary>An image with one colour above another, or a grey one.</summary>
    public static void WriteImage(string path, int height, int width, SKColor upper, SKColor lower, bool grey = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var color = y < height / 2 ? upper : lower;
                if (grey)
                    bitmap.GetPixelSpan()[y * bitmap.RowBytes + x] = color.Red;
                else
                    bitmap.SetPixel(x, y, color);
            }
        using var file = File.Create(path);
        bitmap.Encode(file, path.EndsWith("png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
    }

    /// <summary>Classes cat and dog with images 0.png, 1.png, .. under <paramref name="under"/>.</summary>
    public static void WriteClasses(TempFolder folder, string under, int images, int height = 8, int width = 8, bool grey = false)
    {
        foreach (var name in (string[])["cat", "dog"])
            for (var i = 0; i < images; i++)
                WriteImage(folder[Path.Combine(under, name, $"{i}.png")], height, width, new SKColor((byte)(10 * i), 20, 30), new SKColor(200, (byte)i, 99), grey);
    }

    public static byte[] Read(ImageSet set, int index)
    {
        var bytes = new byte[set.Geometry.Size];
        set.Read(index, bytes);
        return bytes;
    }
}
