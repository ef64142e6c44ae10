using Learngene.Vision.Data.Formats;

namespace Learngene.Vision.Data;

/// <summary>A labelled image data set on disk, opened: both splits, what they are, and a hash that says which data set it is.</summary>
public sealed class DataSet : IDisposable
{
    private readonly Lazy<string> _hash;
    private readonly Lazy<Preprocess> _preprocess;

    private DataSet(string format, ImageSet train, ImageSet test, IReadOnlyList<string> classNames, Func<string> hash)
    {
        (Format, Train, Test, ClassNames) = (format, train, test, classNames);
        _hash = new(hash);
        _preprocess = new(() => Preprocess.Measure(train));
    }

    /// <summary>The training split.</summary>
    public ImageSet Train { get; }

    /// <summary>The test split; same geometry and classes as <see cref="Train"/>.</summary>
    public ImageSet Test { get; }

    /// <summary>How it is stored: idx, cifar or folder.</summary>
    public string Format { get; }

    /// <summary>Shape of every image.</summary>
    public ImageGeometry Geometry => Train.Geometry;

    /// <summary>Number of classes, at least 2.</summary>
    public int Classes => Train.Classes;

    /// <summary>One name a class: folder names, the lines of class-names.txt (or CIFAR's own list) beside the files, or else numbers.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// SHA-256 (64 hexadecimal digits) over labels and pixels, or for folders over relative names and file bytes: the same wherever the data lies,
    /// compressed or not. Computed at first use; for a folder that reads every file.
    /// </summary>
    /// <exception cref="DataException">A file can no longer be read.</exception>
    public string Hash => _hash.Value;

    /// <summary>Mean and deviation of the training split, measured at first use (folders: over at most 2,000 images).</summary>
    /// <exception cref="DataException">An image cannot be decoded.</exception>
    public Preprocess Preprocess => _preprocess.Value;

    /// <summary>Opens a data set. Files are checked before memory is given to them.</summary>
    /// <param name="path">
    /// A directory: MNIST's four IDX files (plain or .gz; plain wins), CIFAR's binary files, or images as train/CLASS/* with test/CLASS/* or val/CLASS/*,
    /// or just CLASS/*, where every fifth image of a class becomes a test image.
    /// </param>
    /// <param name="format">idx, cifar or folder; null looks at which files are there.</param>
    /// <param name="limits">What is refused; null for <see cref="DataLimits.Default"/>.</param>
    /// <param name="imageSize">Folders only: side in pixels every image is brought to (shorter side scaled, centre cropped). Null: the size all have.</param>
    /// <exception cref="DataException">The data cannot be used; the message says which file, which field and what is allowed.</exception>
    /// <exception cref="ArgumentException">A limit is out of its range.</exception>
    public static DataSet Open(string path, string? format = null, DataLimits? limits = null, int? imageSize = null)
    {
        limits ??= DataLimits.Default;
        limits.Check();
        if (!Directory.Exists(path))
            throw new DataException(File.Exists(path) ? $"{path}: this is a file; the directory that holds the data set is expected." : $"{path}: there is no such directory.");
        if (imageSize is { } side && (side < 1 || side > limits.MaxSide))
            throw new DataException($"{path}: the --image-size is {side}; 1 to {limits.MaxSide} is allowed.");
        return (format ?? Detect(path)) switch
        {
            "idx" => InMemory(path, "idx", Idx.Open(path, limits), imageSize),
            "cifar" => InMemory(path, "cifar", Cifar.Open(path, limits), imageSize),
            "folder" => Folder(path, limits, imageSize),
            var other => throw new DataException($"{path}: the format is \"{other}\"; idx, folder and cifar are allowed."),
        };
    }

    /// <summary>Releases both splits.</summary>
    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }

    private static string Detect(string path) =>
        Idx.Looks(path) ? "idx"
        : Cifar.Looks(path) ? "cifar"
        : ImageFolder.Looks(path) ? "folder"
        : throw new DataException($"{path}: no data set was found; train-images-idx3-ubyte[.gz], data_batch_*.bin, train.bin or folders of .png or .jpg images are looked for.");

    private static DataSet InMemory(string path, string format, (MemoryImageSet Train, MemoryImageSet Test) splits, int? imageSize)
    {
        var (train, test) = splits;
        if (imageSize is { } side && (side != train.Geometry.Height || side != train.Geometry.Width))
            throw new DataException($"{path}: the --image-size is {side} but the images are {train.Geometry}; only images in folders are resized.");
        return new(format, train, test, ClassNameFile.Read(path, train.Classes), () => ContentHash.Of(train, test));
    }

    private static DataSet Folder(string path, DataLimits limits, int? imageSize)
    {
        var (train, test, classes, files) = FolderImageSet.Open(path, imageSize, limits);
        return new("folder", train, test, classes, () => ContentHash.Of(files));
    }
}
