using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>Some images of a set, as one client sees them. Holds none itself, and leaves the set to its owner.</summary>
internal sealed class ClientImages(ImageSet images, int[] numbers, FeatureShift? shift) : ImageSet
{
    public override int Count => numbers.Length;

    public override ImageGeometry Geometry => images.Geometry;

    public override int Classes => images.Classes;

    public override int Label(int index)
    {
        CheckIndex(index);
        return images.Label(numbers[index]);
    }

    public override void Read(int index, Span<byte> chw)
    {
        Check(index, chw);
        if (shift is null)
        {
            images.Read(numbers[index], chw);
            return;
        }
        Span<byte> source = chw.Length <= 4096 ? stackalloc byte[chw.Length] : new byte[chw.Length];
        images.Read(numbers[index], source);
        shift.Apply(Geometry, source, chw, numbers[index]);
    }
}
