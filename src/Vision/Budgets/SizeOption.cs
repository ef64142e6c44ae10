using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Budgets;

/// <summary>A size that can be had, and what it costs.</summary>
/// <param name="Width">Channels of a token.</param>
/// <param name="Depth">Layers.</param>
/// <param name="Components">Components of a linear decomposition it is made from; null where there are none.</param>
/// <param name="Shape">The whole architecture, validated; of that width and depth.</param>
public sealed record SizeOption(int Width, int Depth, int? Components, VitShape Shape)
{
    // Of one tensor's entry in the header: its name, type, up to four sizes and two offsets, with punctuation.
    private const long EntryBound = 256, MetadataBound = 4096;

    /// <summary>What its file will say of itself; asked for where <see cref="Bytes"/> are counted. Default: the architecture alone.</summary>
    public Func<ModelConfig> Config { get; init; } = () => new() { Kind = "vit", Vit = Shape };

    /// <summary>All numbers of the model.</summary>
    public long Parameters => Shape.Parameters;

    /// <summary>Operations of one forward pass over one image, two a multiply-add.</summary>
    public long Flops => Shape.Flops;

    /// <summary>Bytes of its safetensors file, header included.</summary>
    /// <param name="type">F32, F16 or BF16.</param>
    public long Bytes(TensorType type) => ModelFile.Length(Config(), type);

    /// <summary>Whether its file has at most <paramref name="limit"/> bytes; writes the header only where it decides.</summary>
    internal bool FitsIn(long limit, TensorType type)
    {
        long payload = Parameters * type.Size();
        if (payload > limit) return false;
        long tensors = 8 + 12L * Depth, header = MetadataBound + 6L * Config().Lineage.Length + 64L * Shape.Channels + EntryBound * tensors;
        return payload + header <= limit || Bytes(type) <= limit;
    }

    /// <summary>Width, depth and components as people write them: <c>192x12</c>, <c>192x12 of 4 components</c>.</summary>
    public string Name => Components is { } k ? $"{Width}x{Depth} of {k} components" : $"{Width}x{Depth}";
}

/// <summary>The sizes that a learngene has.</summary>
public static class SizeOptions
{
    /// <summary>
    /// Every descendant of a LeTs learngene up to its auxiliary model: widths by whole heads, from one head on, each with 1 layer up to the
    /// auxiliary model's. Deeper ones can be had from <c>descend</c>, but only repeat layers, so they are not offered.
    /// </summary>
    public static IReadOnlyList<SizeOption> Of(LetsShape shape) =>
        [.. from width in shape.Auxiliary.WidthsFrom()
            from depth in Enumerable.Range(1, shape.Auxiliary.Depth)
            select new SizeOption(width, depth, null, shape.Descendant(width, depth))];

    /// <summary>Every descendant of a decomposition up to its own depth, of each of its widths and from each number of components.</summary>
    public static IReadOnlyList<SizeOption> Of(DecompositionShape shape) =>
        [.. from width in shape.Widths()
            from depth in Enumerable.Range(1, shape.Vit.Depth)
            from components in Enumerable.Range(1, shape.Components)
            select new SizeOption(width, depth, components, shape.Descendant(new(width, depth, components)))];
}
