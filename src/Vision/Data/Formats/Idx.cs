namespace Learngene.Vision.Data.Formats;

/// <summary>MNIST's format: images and labels in two files a split, plain or .gz, big-endian headers.</summary>
internal static class Idx
{
    private const uint ImagesMagic = 0x0803;
    private const uint LabelsMagic = 0x0801;

    public static bool Looks(string directory) => Find(directory, "train", "images-idx3") is not null || Find(directory, "train", "labels-idx1") is not null;

    public static (MemoryImageSet Train, MemoryImageSet Test) Open(string directory, DataLimits limits)
    {
        var train = ReadSplit(directory, "train", limits);
        var test = ReadSplit(directory, "t10k", limits);
        if (train.Geometry != test.Geometry)
            throw new DataException($"{test.ImagesPath}: the test images are {test.Geometry}, the training images {train.Geometry}; they must agree.");
        var classes = train.Labels.Max() + 1;
        if (classes < 2)
            throw new DataException($"{train.LabelsPath}: every label is 0; a data set has at least 2 classes.");
        var wrong = test.Labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classes - 1));
        if (wrong >= 0)
            throw new DataException($"{test.LabelsPath}: label {wrong} is {test.Labels[wrong]}; the training split has classes 0 to {classes - 1}.");
        return (new(train.Geometry, classes, train.Pixels, train.Labels), new(test.Geometry, classes, test.Pixels, test.Labels));
    }

    private static Split ReadSplit(string directory, string split, DataLimits limits)
    {
        using var images = new DeclaredFile(Require(directory, split, "images-idx3"));
        using var labels = new DeclaredFile(Require(directory, split, "labels-idx1"));
        Magic(images, ImagesMagic);
        var count = Number(images, "number of images", limits.MaxImages);
        var height = Number(images, "height", limits.MaxSide);
        var width = Number(images, "width", limits.MaxSide);
        var bytes = (long)count * height * width;
        if (bytes > limits.MaxBytes)
            throw new DataException($"{images.Path}: {count} images of {height} x {width} are {bytes} bytes; at most {limits.MaxBytes} are allowed.");
        Magic(labels, LabelsMagic);
        var labelCount = Number(labels, "number of labels", limits.MaxImages);
        if (labelCount != count)
            throw new DataException($"{labels.Path}: the number of labels is {labelCount}; {images.Path} has {count} images.");
        images.CheckDeclared(bytes);
        labels.CheckDeclared(count);
        return new(images.Path, labels.Path, new(1, height, width), images.ReadBody((int)bytes), labels.ReadBody(count));
    }

    private static void Magic(DeclaredFile file, uint expected)
    {
        var magic = file.ReadUInt32("magic number");
        if (magic != expected)
            throw new DataException($"{file.Path}: the magic number is 0x{magic:x8}; 0x{expected:x8} is expected.");
    }

    private static int Number(DeclaredFile file, string field, int max)
    {
        var value = file.ReadUInt32(field);
        if (value < 1 || value > max)
            throw new DataException($"{file.Path}: the {field} is {value}; 1 to {max} is allowed.");
        return (int)value;
    }

    private static string Require(string directory, string split, string kind) =>
        Find(directory, split, kind) ?? throw new DataException($"{directory}: the file {split}-{kind}-ubyte is missing, with or without .gz.");

    private static string? Find(string directory, string split, string kind)
    {
        var plain = Path.Combine(directory, $"{split}-{kind}-ubyte");
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    private sealed record Split(string ImagesPath, string LabelsPath, ImageGeometry Geometry, byte[] Pixels, byte[] Labels);
}
