using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Decomposition;

/// <summary>
/// From tensors as wide as the components, d, to those of a descendant of any width W (METHODS 1.2 and 1.6, the continuous rule): wider
/// than d by the first rows of each width matrix, narrower by the first channels, heads and hidden neurons. Layers are widened in one
/// stack (L, ...), by the same matrices [R]. The matrices F have d columns (F.ffn: as many as there are hidden neurons at d).
/// </summary>
internal sealed class Widening
{
    private readonly Func<string, Tensor> _get;
    private readonly int _width, _hidden, _patch;
    private readonly Tensor? _emb, _cls, _q, _k, _v, _ffn; // the rows that W needs; null where it needs none

    /// <summary>Takes the rows of the matrices that the descendant needs.</summary>
    /// <param name="shape">A decomposition with a component width.</param>
    /// <param name="vit">The descendant.</param>
    /// <param name="get">The decomposition's tensors by stacked name.</param>
    public Widening(DecompositionShape shape, VitShape vit, Func<string, Tensor> get)
    {
        (_get, _width, _hidden, _patch) = (get, vit.Width, vit.Hidden, vit.PatchSize);
        Tensor? First(string name, int rows) => rows > 0 ? get(name).narrow(0, 0, rows) : null;
        int extra = vit.Width - shape.Core.Width;
        (_emb, _cls, _q, _k, _v) = (First("F.emb", extra), First("F.cls", extra), First("F.q", extra), First("F.k", extra), First("F.v", extra));
        _ffn = First("F.ffn", vit.Hidden - shape.Core.Hidden);
    }

    /// <summary>All layers of a tensor inside the blocks, at the descendant's width.</summary>
    /// <param name="name">Its name inside a block.</param><param name="layers">The layers as narrow as the components, (L, ...).</param>
    public Tensor Inside(string name, Tensor layers) => name switch
    {
        "attn.qkv.weight" => Apart(Columns(layers, _width, _emb), (part, f) => Expansion.Rows(Expansion.Cut(part, 1, _width), f)), // (L, 3W, W)
        "attn.qkv.bias" => Apart(layers, (part, f) => Vector(part, _width, f)),                                                   // (L, 3W)
        "attn.proj.weight" => Rows(Columns(layers, _width, _v), _width, _emb),                                                    // (L, W, W)
        "mlp.fc1.weight" => Rows(Columns(layers, _width, _emb), _hidden, _ffn),                                                   // (L, H, W)
        "mlp.fc1.bias" => Vector(layers, _hidden, _ffn),                                                                          // (L, H)
        "mlp.fc2.weight" => Rows(Columns(layers, _hidden, _ffn), _width, _emb),                                                   // (L, W, H)
        _ => Vector(layers, _width, _emb),                                                                                        // (L, W)
    };

    /// <summary>A tensor outside the blocks, at the descendant's width.</summary>
    /// <param name="name">Its name in a checkpoint.</param>
    public Tensor Outside(string name) => name switch
    {
        "pos_embed" => _get(name).narrow(-1, 0, _width),                                                                          // (1, tokens, W)
        "patch_embed.proj.weight" => Rows(_get(name).flatten(1), _width, _emb).view(_width, -1, _patch, _patch),                  // (W, C, P, P)
        "head.weight" => Columns(_get(name), _width, _cls),                                                                       // (classes, W)
        "head.bias" => _get(name),
        _ => Vector(_get(name), _width, _emb),                                                                                    // (..., W)
    };

    // q, k and v each with rows of their own, whole heads at a time.
    private Tensor Apart(Tensor qkv, Func<Tensor, Tensor?, Tensor> widen)
    {
        var parts = qkv.chunk(3, 1);                                                                                              // (L, d, ...) each
        return cat([widen(parts[0], _q), widen(parts[1], _k), widen(parts[2], _v)], 1);
    }

    private static Tensor Rows(Tensor w, int width, Tensor? f) => Expansion.Rows(Expansion.Cut(w, -2, width), f);

    private static Tensor Columns(Tensor w, int width, Tensor? f) => Expansion.Columns(Expansion.Cut(w, -1, width), f);

    private static Tensor Vector(Tensor v, int width, Tensor? f) => Expansion.Vector(Expansion.Cut(v, -1, width), f);
}
