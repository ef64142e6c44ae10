using System.Globalization;
using Learngene.Vision;
using Learngene.Vision.Data;

namespace Learngene.Edge.Join;

/// <summary>A client's images with the labels that the federation gives them: a folder of its own has only some of the classes.</summary>
internal sealed class Relabelled : ImageSet
{
    private readonly ImageSet _images;
    private readonly int[] _labels;

    private Relabelled(ImageSet images, int[] labels, int classes) => (_images, _labels, Classes) = (images, labels, classes);

    public override int Count => _images.Count;
    public override ImageGeometry Geometry => _images.Geometry;
    public override int Classes { get; }
    public override int Label(int index) => _labels[_images.Label(index)];
    public override void Read(int index, Span<byte> chw) => _images.Read(index, chw);

    /// <summary>A split, its classes found among the federation's by name, or by number.</summary>
    /// <exception cref="InvalidInputException">A class is none of the federation's.</exception>
    public static ImageSet For(DataSet data, ImageSet split, IReadOnlyList<string> federation)
    {
        if (data.Format != "folder") return split;
        return new Relabelled(split, [.. data.ClassNames.Select(name => Find(name, federation))], federation.Count);
    }

    private static int Find(string name, IReadOnlyList<string> federation)
    {
        for (int i = 0; i < federation.Count; i++)
            if (string.Equals(federation[i], name, StringComparison.OrdinalIgnoreCase)) return i;
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < federation.Count ? number
            : throw new InvalidInputException($"class '{name}' is none of the federation's; they are {string.Join(", ", federation.Take(20))}{(federation.Count > 20 ? ", ..." : "")}, or 0..{federation.Count - 1}.");
    }
}
