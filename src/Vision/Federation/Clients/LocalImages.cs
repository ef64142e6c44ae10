using System.Runtime.InteropServices;
using Learngene.Vision.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Federation;

/// <summary>A client's images as one tensor: a few hundred small images are read once, not by threads of a loader at every step.</summary>
internal sealed class LocalImages : IDisposable
{
    private readonly Tensor _pixels, _labels;

    public LocalImages(ImageSet images, Preprocess preprocess)
    {
        using var scope = NewDisposeScope();
        var (channels, height, width) = images.Geometry;
        Count = images.Count;
        _pixels = empty(Count, channels, height, width);
        var values = MemoryMarshal.Cast<byte, float>(_pixels.bytes);
        var tables = preprocess.Tables();
        var chw = new byte[images.Geometry.Size];
        var labels = new long[Count];
        for (int i = 0; i < Count; i++)
        {
            images.Read(i, chw);
            labels[i] = images.Label(i);
            var image = values.Slice(i * chw.Length, chw.Length);
            for (int v = 0; v < chw.Length; v++) image[v] = tables[v / images.Geometry.Plane][chw[v]];
        }
        _labels = tensor(labels);
        _pixels.DetachFromDisposeScope();
        _labels.DetachFromDisposeScope();
    }

    /// <summary>Images there are.</summary>
    public int Count { get; }

    /// <summary>Some of them, by number: pixels (B, C, S, S) and labels (B); tensors of the current scope.</summary>
    public (Tensor Pixels, Tensor Labels) Take(ReadOnlySpan<int> numbers)
    {
        var at = new long[numbers.Length];
        for (int i = 0; i < at.Length; i++) at[i] = numbers[i];
        var index = tensor(at);
        return (_pixels.index_select(0, index), _labels.index_select(0, index));
    }

    /// <summary>Those of one piece of the set.</summary>
    public (Tensor Pixels, Tensor Labels) Take(int from, int count) => (_pixels.narrow(0, from, count), _labels.narrow(0, from, count));

    public void Dispose()
    {
        _pixels.Dispose();
        _labels.Dispose();
    }
}
