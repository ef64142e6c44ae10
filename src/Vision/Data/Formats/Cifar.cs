namespace Learngene.Vision.Data.Formats;

/// <summary>The binary form of CIFAR: records of one label (CIFAR-10) or a coarse and a fine one (CIFAR-100) and 3 x 32 x 32 bytes, planar.</summary>
internal static class Cifar
{
    private const string Ten = "data_batch_*.bin";
    private static readonly ImageGeometry Geometry = new(3, 32, 32);

    public static bool Looks(string directory) => Batches(directory).Length > 0 || File.Exists(Path.Combine(directory, "train.bin"));

    public static (MemoryImageSet Train, MemoryImageSet Test) Open(string directory, DataLimits limits)
    {
        var batches = Batches(directory);
        if (batches.Length > 0)
            return (Read(batches, 1, 10, limits), Read([Require(directory, "test_batch.bin")], 1, 10, limits));
        return (Read([Require(directory, "train.bin")], 2, 100, limits), Read([Require(directory, "test.bin")], 2, 100, limits));
    }

    private static string[] Batches(string directory) => [.. Directory.GetFiles(directory, Ten).Order(StringComparer.Ordinal)];

    private static string Require(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        return File.Exists(path) ? path : throw new DataException($"{directory}: the file {name} is missing.");
    }

    private static MemoryImageSet Read(string[] files, int labelBytes, int classes, DataLimits limits)
    {
        var record = labelBytes + Geometry.Size;
        var counts = Array.ConvertAll(files, file => Records(file, record));
        var count = counts.Sum();
        if (count > limits.MaxImages || count * Geometry.Size > limits.MaxBytes)
            throw new DataException($"{files[0]}: the split has {count} images; {limits.MaxImages} images and {limits.MaxBytes} bytes are allowed.");
        var pixels = new byte[count * Geometry.Size];
        var labels = new byte[count];
        var next = 0;
        for (var f = 0; f < files.Length; f++)
            next = DataException.Guard(files[f], () => ReadFile(files[f], (int)counts[f], labelBytes, classes, pixels, labels, next));
        return new(Geometry, classes, pixels, labels);
    }

    private static long Records(string file, int record)
    {
        var length = DataException.Guard(file, () => new FileInfo(file).Length);
        if (length == 0 || length % record != 0)
            throw new DataException($"{file}: the file has {length} bytes; a positive multiple of {record} (one record) is expected.");
        return length / record;
    }

    private static int ReadFile(string file, int count, int labelBytes, int classes, byte[] pixels, byte[] labels, int next)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024);
        Span<byte> label = stackalloc byte[labelBytes];
        for (var i = 0; i < count; i++, next++)
        {
            stream.ReadExactly(label);
            labels[next] = label[^1]; // the fine label is the last
            if (labels[next] >= classes)
                throw new DataException($"{file}: the label of record {i} is {labels[next]}; 0 to {classes - 1} are allowed.");
            stream.ReadExactly(pixels, next * Geometry.Size, Geometry.Size);
        }
        return next;
    }
}
