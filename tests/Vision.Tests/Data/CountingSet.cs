using System.Collections.Concurrent;
using Learngene.Vision.Data;

namespace Learngene.Vision.Tests.Data;

/// <summary>Images that remember who was read, and can refuse one.</summary>
internal sealed class CountingSet(ImageSet inner, int broken = -1) : ImageSet
{
    private readonly ConcurrentQueue<int> _order = new();

    public int Reads => _order.Count;

    public IEnumerable<int> Order => _order;

    public override int Count => inner.Count;

    public override ImageGeometry Geometry => inner.Geometry;

    public override int Classes => inner.Classes;

    public override int Label(int index) => inner.Label(index);

    public override void Read(int index, Span<byte> chw)
    {
        _order.Enqueue(index);
        if (index == broken)
            throw new DataException("7.png: the image cannot be decoded (test).");
        inner.Read(index, chw);
    }
}
