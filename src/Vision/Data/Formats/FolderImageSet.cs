namespace Learngene.Vision.Data.Formats;

/// <summary>Image files, decoded each time one is read.</summary>
internal sealed class FolderImageSet(ImageGeometry geometry, int classes, LabelledFile[] files, DataLimits limits) : ImageSet
{
    private const int MaxProbes = 2_000;

    public override int Count => files.Length;

    public override ImageGeometry Geometry => geometry;

    public override int Classes => classes;

    public override int Label(int index)
    {
        CheckIndex(index);
        return files[index].Label;
    }

    public override void Read(int index, Span<byte> chw)
    {
        Check(index, chw);
        ImageFile.Decode(files[index].Path, geometry, limits, chw);
    }

    public static (FolderImageSet Train, FolderImageSet Test, string[] Classes, LabelledFile[] Files) Open(string directory, int? imageSize, DataLimits limits)
    {
        var (classes, train, test) = ImageFolder.Scan(directory, limits);
        LabelledFile[] files = [.. train, .. test];
        var geometry = Probe(files, imageSize, limits);
        return (new(geometry, classes.Length, train, limits), new(geometry, classes.Length, test, limits), classes, files);
    }

    /// <summary>Looks at the headers of at most 2,000 evenly spaced files: all of one size? all grey?</summary>
    private static ImageGeometry Probe(LabelledFile[] files, int? imageSize, DataLimits limits)
    {
        var probes = Math.Min(files.Length, MaxProbes);
        var first = ImageFile.Inspect(files[0].Path, limits);
        var grey = true;
        for (var i = 0; i < probes; i++)
        {
            var file = files[(int)((long)i * files.Length / probes)];
            var image = ImageFile.Inspect(file.Path, limits);
            grey &= image.Grey;
            if (imageSize is null && (image.Height, image.Width) != (first.Height, first.Width))
                throw new DataException($"{file.Path}: the image is {image.Height} x {image.Width}, {files[0].Path} is {first.Height} x {first.Width}; " +
                    "say with --image-size to which size all are brought.");
        }
        var (height, width) = imageSize is { } side ? (side, side) : (first.Height, first.Width);
        if (height > limits.MaxSide || width > limits.MaxSide)
            throw new DataException($"{files[0].Path}: the images are {height} x {width}; sides of up to {limits.MaxSide} are allowed, so give an --image-size.");
        return new(grey ? 1 : 3, height, width);
    }
}
