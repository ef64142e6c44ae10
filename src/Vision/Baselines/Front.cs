using System.Globalization;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Baselines;

/// <summary>
/// FRONT (arXiv 2603.07523) [second hand: its details here are R]: without training. The weights of all layers are an array over layer, row and
/// column; its DCT-II along each is cut to the target's size, or filled up with zeros, and transformed back. q, k and v are arrays of their own;
/// tensors outside the blocks are resized along their channels. Frequencies are scaled by sqrt(target / source) along each axis, which
/// keeps values: constant weights stay what they are. Computed in float64.
/// </summary>
public sealed class Front : IInitialisation
{
    /// <summary>
    /// What resizes an axis, (to, from): the transposed orthonormal DCT-II of the new length, times sqrt(to / from), times the first rows
    /// of the DCT-II of the old one; float64. The identity where the lengths agree.
    /// </summary>
    public static Tensor Resize(int from, int to)
    {
        using var scope = NewDisposeScope();
        int kept = Math.Min(from, to);
        return Dct(kept, to).t().mm(Dct(kept, from)).Scale(Math.Sqrt((double)to / from)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public VitShape Target(ModelConfig source, InitialiseSettings settings) => settings.Target(source.Vit);

    /// <inheritdoc/>
    public VitWeights Weights(ModelConfig source, Func<string, Tensor> get, VitShape target, ParameterSet? learnt)
    {
        var shapes = VitWeights.Specs(target).ToDictionary(s => s.Name, s => s.Shape);
        var layers = VitWeights.BlockShapes(target).ToDictionary(
            b => b.Name, b => Resized(Layers.Stacked(source.Vit, get, b.Name), [target.Depth, .. Layers.Apart(b.Name, b.Shape)]).reshape([target.Depth, .. b.Shape]).unbind(0));
        return VitWeights.From(target, name =>
        {
            string[] parts = name.Split('.', 3);
            return parts[0] == "blocks" ? layers[parts[2]][int.Parse(parts[1], CultureInfo.InvariantCulture)] : Resized(get(name), shapes[name]);
        });
    }

    // An axis that keeps its length keeps its values: there the DCT and its inverse cancel.
    private static Tensor Resized(Tensor value, long[] shape)
    {
        using var scope = NewDisposeScope();
        var (type, resized) = (value.dtype, value.to(float64));
        for (int axis = 0; axis < shape.Length; axis++)
        {
            if (resized.shape[axis] == shape[axis]) continue;
            var first = resized.transpose(0, axis);
            var matrix = Resize((int)first.shape[0], (int)shape[axis]).to(value.device); // (to, from)
            resized = matrix.mm(first.reshape(first.shape[0], -1)).reshape([shape[axis], .. first.shape[1..]]).transpose(0, axis);
        }
        return resized.to(type).contiguous().MoveToOuterDisposeScope();
    }

    // The first rows of the orthonormal DCT-II of length n, (kept, n).
    private static Tensor Dct(int kept, int n)
    {
        var rows = new double[kept, n];
        for (int k = 0; k < kept; k++)
            for (int i = 0; i < n; i++)
                rows[k, i] = Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI * (2 * i + 1) * k / (2.0 * n));
        return tensor(rows);
    }
}
