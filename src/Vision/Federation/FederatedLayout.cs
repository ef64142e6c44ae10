using System.IO.Hashing;
using System.Text;
using Learngene.Vision.Models;

namespace Learngene.Vision.Federation;

/// <summary>
/// The exchanged vector as ordered layers: patch embedding, position embedding, class token, the parts of the blocks, final norm, head; with
/// scaffold all of them again as <c>control/...</c>. Flat vectors of floats are in this order.
/// </summary>
public sealed class FederatedLayout
{
    private FederatedLayout(VitShape shape, FederatedLayer[] layers, int modelLayers)
    {
        (Shape, Layers, ModelLayers) = (shape, layers, modelLayers);
        All = [.. Enumerable.Range(0, layers.Length)];
        Fingerprint = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(string.Join('\n', layers.SelectMany(l => l.Tensors.Select(t => $"{l.Name} {t.Name} {string.Join('x', t.Shape)}")))));
    }

    /// <summary>The model's architecture.</summary>
    public VitShape Shape { get; }
    /// <summary>All layers; the model's first.</summary>
    public IReadOnlyList<FederatedLayer> Layers { get; }
    /// <summary>How many of the layers are the model's.</summary>
    public int ModelLayers { get; }
    /// <summary>Values of all layers.</summary>
    public int Count => Layers[^1].Offset + Layers[^1].Count;
    /// <summary>Values of the model.</summary>
    public int ModelCount => Layers[ModelLayers - 1].Offset + Layers[ModelLayers - 1].Count;
    /// <summary>Says which layout it is: equal for equal names, shapes and order.</summary>
    public ulong Fingerprint { get; }
    /// <summary>The numbers of all layers, ascending.</summary>
    public IReadOnlyList<int> All { get; }

    /// <summary>The layout of an architecture.</summary>
    /// <exception cref="InvalidInputException">It has more values than one vector holds.</exception>
    public static FederatedLayout Of(VitShape shape, FederatedMethod method)
    {
        bool twice = method == FederatedMethod.Scaffold;
        long values = shape.Parameters * (twice ? 2 : 1);
        if (values > Array.MaxLength)
            throw new InvalidInputException($"a federation exchanges {values:N0} values; at most {Array.MaxLength:N0} are allowed.");
        var specs = VitWeights.Specs(shape).ToDictionary(s => s.Name);
        var layers = new List<FederatedLayer>();
        Append("");
        int modelLayers = layers.Count;
        if (twice) Append("control/");
        return new(shape, [.. layers], modelLayers);

        void Append(string prefix)
        {
            foreach (var (name, tensors) in Parts(shape))
            {
                var members = new List<LayerTensor>();
                foreach (var spec in tensors.Where(specs.ContainsKey).Select(t => specs[t]))
                {
                    int elements = (int)spec.Elements, columns = spec.Shape.Length > 1 ? elements / Rows(spec) : 1;
                    members.Add(new(prefix + spec.Name, spec.Shape, members.Sum(m => m.Count), elements / columns, columns));
                }
                if (members.Count == 0) continue;
                int offset = layers.Count == 0 ? 0 : layers[^1].Offset + layers[^1].Count;
                layers.Add(new(layers.Count, prefix + name, offset, members.Sum(m => m.Count), members[0].Rows, members));
            }
        }
    }

    /// <summary>The model's tensors in the layout's order, without weight decay, so that a <see cref="ParameterSet"/> keeps that order.</summary>
    internal IEnumerable<ParameterSpec> Specs() =>
        Layers.Take(ModelLayers).SelectMany(l => l.Tensors).Select(t => new ParameterSpec(t.Name, t.Shape, Decay: false));

    /// <summary>A layer's values in a vector of all.</summary>
    internal Span<float> Slice(Span<float> values, int layer) => values.Slice(Layers[layer].Offset, Layers[layer].Count);

    /// <summary>A layer's values in a vector of all.</summary>
    internal ReadOnlySpan<float> Slice(ReadOnlySpan<float> values, int layer) => values.Slice(Layers[layer].Offset, Layers[layer].Count);

    /// <summary>The numbers of the model's layers, ascending.</summary>
    internal int[] Model() => [.. Enumerable.Range(0, ModelLayers)];

    // The position embedding's first dimension is 1: its tokens are its rows.
    private static int Rows(ParameterSpec spec) => (int)(spec.Shape[0] == 1 ? spec.Shape[1] : spec.Shape[0]);

    private static IEnumerable<(string Layer, string[] Tensors)> Parts(VitShape shape)
    {
        yield return ("patch_embed", ["patch_embed.proj.weight", "patch_embed.proj.bias"]);
        yield return ("pos_embed", ["pos_embed"]);
        yield return ("cls_token", ["cls_token"]);
        for (int l = 0; l < shape.Depth; l++)
            foreach (string part in (string[])["norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2"])
                yield return Part($"blocks.{l}.{part}");
        yield return Part(shape.NormName);
        yield return Part("head");

        static (string, string[]) Part(string name) => (name, [$"{name}.weight", $"{name}.bias"]);
    }
}
