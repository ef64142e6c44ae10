using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Lets;

/// <summary>
/// Learngene in, weights of a descendant out (METHODS 1.2, 1.3, 1.6): a pure differentiable function of the tensors and the selection.
/// Every learngene layer is widened by its own matrices in one batched product per module; each distinct row of G is mixed once.
/// Shapes: L layers used, U distinct rows, d and D the widths of learngene and descendant, H hidden neurons of the descendant.
/// </summary>
public sealed class Expansion
{
    private readonly LetsShape _shape;
    private readonly Selection _selection;
    private readonly Func<string, Tensor> _get;
    private readonly int[] _rows;                   // distinct rows of G, ascending
    private readonly int[] _layers;                 // learngene layers they mix, ascending
    private readonly Tensor? _layerIndex;
    private readonly Tensor[] _mixWeight, _mixBias; // per module (U, L): the coefficients of each row over the layers

    private Expansion(LetsShape shape, Func<string, Tensor> get, Selection selection)
    {
        (_shape, _get, _selection) = (shape, get, selection);
        _rows = [.. selection.Rows.Distinct().Order()];
        _layers = [.. _rows.Select(shape.PairOf).Distinct().SelectMany(p => (int[])[2 * p, 2 * p + 1])];
        if (_layers.Length < shape.Learngene.Depth) _layerIndex = Index(_layers).to(get("G.weight").device);
        (_mixWeight, _mixBias) = (Coefficients("G.weight"), Coefficients("G.bias"));
    }

    /// <summary>The weights of the selected descendant.</summary>
    /// <param name="shape">Shape of learngene and auxiliary model.</param>
    /// <param name="get">Their tensors by stacked name (<see cref="LetsParameters"/>).</param>
    /// <param name="selection">The rows; its width may be below the learngene's, then the learngene is cut by whole heads [R].</param>
    public static VitWeights Expand(LetsShape shape, Func<string, Tensor> get, Selection selection) =>
        new Expansion(shape, get, selection).Run();

    private VitWeights Run()
    {
        var emb = Chosen("F.emb");                                                                 // (D-d, d)
        var cls = Chosen("F.cls");
        int patchSize = _shape.Learngene.PatchSize;
        return new(
            Rows(Cut(_get("patch_embed.proj.weight").flatten(1), 0, Width), emb).view(Width, -1, patchSize, patchSize),
            Vector(Cut(_get("patch_embed.proj.bias"), 0, Width), emb),
            Positions(),
            _shape.Learngene.ClassToken ? Vector(Cut(_get("cls_token"), -1, Width), emb) : null,
            Blocks(emb),
            Vector(Cut(_get($"{_shape.Learngene.NormName}.weight"), 0, Width), emb),
            Vector(Cut(_get($"{_shape.Learngene.NormName}.bias"), 0, Width), emb),
            Columns(Cut(_get("head.weight"), -1, Width), cls),
            _get("head.bias"));
    }

    private BlockWeights[] Blocks(Tensor? emb)
    {
        var (norm1, norm1Bias) = Norm(0, "norm1", emb);
        var (qkv, qkvBias, v) = Qkv(emb);
        var (proj, projBias) = Linear(4, "attn.proj", Width, Width, v, emb);
        var (norm2, norm2Bias) = Norm(5, "norm2", emb);
        var ffn = Chosen("F.ffn", _selection.Hidden, 1);
        var (fc1, fc1Bias) = Linear(6, "mlp.fc1", Hidden, Width, emb, ffn);
        var (fc2, fc2Bias) = Linear(7, "mlp.fc2", Width, Hidden, ffn, emb);
        var built = _rows.Select((_, u) => new BlockWeights(
            norm1[u], norm1Bias[u], qkv[u], qkvBias?[u], proj[u], projBias[u], norm2[u], norm2Bias[u], fc1[u], fc1Bias[u], fc2[u], fc2Bias[u])).ToArray();
        return [.. _selection.Rows.Select(r => built[Array.IndexOf(_rows, r)])];
    }

    private (Tensor Weight, Tensor Bias) Norm(int module, string name, Tensor? emb) => Scoped(() => (
        Mixed(_mixWeight[module], Vector(Layers(name + ".weight", Width), emb)),
        Mixed(_mixBias[module], Vector(Layers(name + ".bias", Width), emb))));

    // W (out, in) widened in its columns by inF, then in its rows by outF; the bias like the rows.
    private (Tensor Weight, Tensor Bias) Linear(int module, string name, int rows, int columns, Tensor? inF, Tensor? outF) => Scoped(() => (
        Mixed(_mixWeight[module], Rows(Columns(Layers(name + ".weight", rows, columns), inF), outF)),
        Mixed(_mixBias[module], Vector(Layers(name + ".bias", rows), outF))));

    // q, k and v share their columns; each has its own rows, whole heads at a time. The matrix of v goes on into proj.
    private (Tensor Weight, Tensor? Bias, Tensor? V) Qkv(Tensor? emb)
    {
        Tensor?[] f = [.. ((string[])["F.q", "F.k", "F.v"]).Select(name => Chosen(name, _selection.Heads, _shape.Learngene.HeadDim))];
        int d = _shape.Learngene.Width;
        using var scope = NewDisposeScope();
        var wide = Columns(Layers("attn.qkv.weight", 3 * d, Width), emb);                          // (L, 3d, D)
        var bias = _shape.Learngene.QkvBias ? Layers("attn.qkv.bias", 3 * d) : null;               // (L, 3d)
        var weights = cat([.. f.Select((m, i) => Mixed(_mixWeight[1 + i], Rows(Cut(wide.narrow(1, i * d, d), -2, Width), m)))], 1);
        var biases = bias is null ? null : cat([.. f.Select((m, i) => Mixed(_mixBias[1 + i], Vector(Cut(bias.narrow(1, i * d, d), -1, Width), m)))], 1);
        return (weights.MoveToOuterDisposeScope(), biases?.MoveToOuterDisposeScope(), f[2]);       // (U, 3D, D), (U, 3D)
    }

    private Tensor Positions()
    {
        var p = _get("pos_embed");                                                                 // (1, tokens, D of the auxiliary model)
        var channels = _selection.Channels;
        if (IsPrefix(channels)) return p.narrow(-1, 0, Width);
        int d = _shape.Learngene.Width;
        return p.index_select(-1, Index([.. Enumerable.Range(0, d), .. channels.Select(c => d + c)]).to(p.device));
    }

    // (L, ...) times the coefficients (U, L): one product for all rows.
    private static Tensor Mixed(Tensor coefficients, Tensor layers)
    {
        long[] shape = [coefficients.shape[0], .. layers.shape[1..]];
        return coefficients.mm(layers.reshape(layers.shape[0], -1)).view(shape);
    }

    private Tensor[] Coefficients(string name)
    {
        var g = _get(name);                                                                        // (R, 8, 2)
        using var scope = NewDisposeScope();
        if (_rows.Length < _shape.Rows) g = g.index_select(0, Index(_rows).to(g.device));          // (U, 8, 2)
        Tensor Place(int side)
        {
            var at = zeros(_rows.Length, 1, _layers.Length);
            for (int u = 0; u < _rows.Length; u++)
                at[u, 0, Array.IndexOf(_layers, 2 * _shape.PairOf(_rows[u]) + side)] = 1;
            return at.to(g.device);
        }
        var all = (g.narrow(-1, 0, 1) * Place(0)).Plus(g.narrow(-1, 1, 1) * Place(1));                   // (U, 8, L)
        return [.. Enumerable.Range(0, LetsParameters.Modules.Count).Select(m => all.select(1, m).MoveToOuterDisposeScope())];
    }

    private int Width => _selection.Width;
    private int Hidden => (_shape.Auxiliary with { Width = Width }).Hidden;

    private Tensor Layers(string name, params ReadOnlySpan<int> limits)
    {
        var t = OfLayers(_get("blocks.*." + name));
        for (int i = 0; i < limits.Length; i++) t = Cut(t, i + 1, limits[i]);
        return t;
    }

    private Tensor? Chosen(string name)
    {
        var channels = _selection.Channels;
        if (channels.Count == 0) return null;
        var f = Tall(name);
        return Whole(name, IsPrefix(channels) ? f.narrow(0, 0, channels.Count) : f.index_select(0, Index(channels).to(f.device)));
    }

    // Rows of a matrix per layer (L, n, d), chosen per pair in groups of a head or of one neuron.
    private Tensor? Chosen(string name, IReadOnlyList<IReadOnlyList<int>> perPair, int group)
    {
        int n = perPair[0].Count * group;
        if (n == 0) return null;
        var f = OfLayers(Tall(name));
        if (perPair.All(IsPrefix)) return Whole(name, f.narrow(1, 0, n));
        long[] at = [.. _layers.SelectMany(l => perPair[l / 2]).SelectMany(i => Enumerable.Range(0, group).Select(j => (long)i * group + j))];
        return Whole(name, f.gather(1, tensor(at).view(_layers.Length, n, 1).expand(_layers.Length, n, f.shape[2]).to(f.device)));
    }

    // What holds the rows of a matrix, and the chosen ones of them over all columns.
    private Tensor Tall(string name) => _get(_shape.Rank is null ? name : name + LetsParameters.Up);

    private Tensor Whole(string name, Tensor rows)
    {
        if (_shape.Rank is null) return rows;
        var down = _get(name + LetsParameters.Down);
        return rows.matmul(down.dim() == 2 ? down : OfLayers(down));
    }

    private Tensor OfLayers(Tensor t) => _layerIndex is null ? t : t.index_select(0, _layerIndex);

    private static (Tensor, Tensor) Scoped(Func<(Tensor, Tensor)> build)
    {
        using var scope = NewDisposeScope();
        var (a, b) = build();
        return (a.MoveToOuterDisposeScope(), b.MoveToOuterDisposeScope());
    }

    internal static Tensor Columns(Tensor w, Tensor? f) => f is null ? w : cat([w, w.matmul(f.transpose(-2, -1))], -1);
    internal static Tensor Rows(Tensor w, Tensor? f) => f is null ? w : cat([w, f.matmul(w)], -2);
    internal static Tensor Vector(Tensor v, Tensor? f) => f is null ? v : cat([v, f.dim() == 2 ? v.matmul(f.t()) : f.matmul(v.unsqueeze(-1)).squeeze(-1)], -1);

    // The first neurons where the descendant is narrower than the learngene, all of them otherwise.
    internal static Tensor Cut(Tensor t, long axis, int limit) => t.shape[axis < 0 ? t.dim() + axis : axis] <= limit ? t : t.narrow(axis, 0, limit);

    private static bool IsPrefix(IReadOnlyList<int> indices) => indices.Count == 0 || indices[^1] == indices.Count - 1;
    private static Tensor Index(IEnumerable<int> indices) => tensor(indices.Select(i => (long)i).ToArray());
}
