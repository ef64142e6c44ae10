using System.Text.Json;
using System.Text.Json.Serialization;
using Learngene.Vision.Models;

namespace Learngene.Vision.Decomposition;

/// <summary>The functions that weigh the components; m is the order, x where the layer is.</summary>
public enum Basis
{
    /// <summary>Chebyshev polynomials of the first kind, T_m(x) [S].</summary>
    Chebyshev,
    /// <summary>Powers, x^m with 0^0 = 1 [R].</summary>
    Taylor,
    /// <summary>Legendre polynomials, P_m(x) [R].</summary>
    Legendre,
    /// <summary>1, cos(pi x), sin(pi x), cos(2 pi x), sin(2 pi x), ... [R].</summary>
    Fourier,
}

/// <summary>Where layer l (from 1 on) of L lies on the axis of the basis.</summary>
public enum Nodes
{
    /// <summary>x = (l-1) / L [S].</summary>
    Paper,
    /// <summary>x = cos(pi (2l-1) / (2L)), Chebyshev's own nodes (METHODS 2.4) [R].</summary>
    Chebyshev,
}

/// <summary>
/// A ViT whose encoder layers are sums of N components (METHODS 2.1), W_l = sum_n a(l,n) A_n, with fixed coefficients: recomposed at
/// any depth and from any number of the first components; at any width, too, where the components are narrower than the ViT.
/// </summary>
public sealed record DecompositionShape
{
    private const long MostSizes = 1_000_000; // all of them are weighed for a budget

    /// <summary>The ViT that is recomposed at its own depth L, from all components.</summary>
    [JsonPropertyName("vit")] public required VitShape Vit { get; init; }
    /// <summary>Components N, 1..256; each is a full set of an encoder layer's tensors.</summary>
    [JsonPropertyName("components")] public required int Components { get; init; }
    /// <summary>The basis.</summary>
    [JsonPropertyName("basis")] public required Basis Basis { get; init; }
    /// <summary>Where the layers lie on its axis.</summary>
    [JsonPropertyName("nodes")] public required Nodes Nodes { get; init; }
    /// <summary>Order of the first component: 1 is the paper to the letter [S], 0 begins with the constant function [R].</summary>
    [JsonPropertyName("orderOffset")] public required int OrderOffset { get; init; }
    /// <summary>
    /// Channels d of the components and of what is outside the blocks, whole heads below the ViT's width D, to which LeTs' matrices
    /// widen them (<see cref="Widening"/>) [R]. Default null: they are as wide as the ViT, and the JSON does not mention it.
    /// </summary>
    [JsonPropertyName("componentWidth"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? ComponentWidth { get; init; }

    /// <summary>The ViT as wide as the components.</summary>
    [JsonIgnore] public VitShape Core => ComponentWidth is { } d ? Vit with { Width = d, Heads = d / Vit.HeadDim } : Vit;

    /// <summary>The size of <see cref="Vit"/>, from all components.</summary>
    [JsonIgnore] public ModelSize Largest => new(Vit.Width, Vit.Depth, Components);

    /// <summary>Numbers of weights that making <see cref="Vit"/> takes: its own, and what is widened to them.</summary>
    [JsonIgnore] public long Generated => Vit.Parameters + (ComponentWidth is null ? 0 : Core.Parameters);

    /// <summary>Everything that is trained: the tensors outside the blocks, N components, and the matrices that widen them.</summary>
    [JsonIgnore] public long Trainable => DecompositionParameters.Specs(this).Sum(s => s.Elements);

    /// <summary>This shape, if it can be built.</summary>
    /// <exception cref="InvalidInputException">Names the field, its value and what is allowed.</exception>
    public DecompositionShape Validated()
    {
        Vit.Validated();
        if (Components is < 1 or > 256)
            throw new InvalidInputException($"components {Components} is outside 1..256.");
        if (!Enum.IsDefined(Basis))
            throw new InvalidInputException($"basis {Basis} is unknown; allowed are chebyshev, taylor, legendre and fourier.");
        if (!Enum.IsDefined(Nodes))
            throw new InvalidInputException($"nodes {Nodes} is unknown; allowed are paper and chebyshev.");
        if (OrderOffset is not (0 or 1))
            throw new InvalidInputException($"orderOffset {OrderOffset} is not allowed; allowed are 0 and 1.");
        if (ComponentWidth is { } d && (d < 1 || d >= Vit.Width || d % Vit.HeadDim != 0))
            throw new InvalidInputException($"componentWidth {d} is not to be had; allowed are whole heads of {Vit.HeadDim} channels, below the width {Vit.Width}.");
        if (ComponentWidth is not null) Core.Validated();
        if ((long)Vit.Heads * Vit.Depth * Components is var sizes and > MostSizes && ComponentWidth is not null)
            throw new InvalidInputException($"width {Vit.Width} by heads of {Vit.HeadDim}, depth {Vit.Depth} and components {Components} make {sizes:N0} sizes; at most {MostSizes:N0} are allowed.");
        if (Trainable > 20_000_000_000)
            throw new InvalidInputException($"width {Vit.Width} and components {Components} make {Trainable:N0} parameters; at most 20,000,000,000 are allowed.");
        return this;
    }

    /// <summary>The widths that descendants have, ascending: the ViT's alone, or whole heads up to it.</summary>
    /// <param name="least">The narrowest, whole heads; where there is one width, it does not matter. Default: one head.</param>
    public IEnumerable<int> Widths(int? least = null) => ComponentWidth is null ? [Vit.Width] : Vit.WidthsFrom(least);

    /// <summary>The architecture of a descendant.</summary>
    /// <param name="size">Its width, one of <see cref="Widths"/>; layers, 1..256; how many of the first components make it, 1..N (default all).</param>
    /// <exception cref="InvalidInputException">The size is not to be had; names what is.</exception>
    public VitShape Descendant(ModelSize size)
    {
        int head = Vit.HeadDim;
        if (size.Components is { } components && (components < 1 || components > Components))
            throw new InvalidInputException($"components {components} is outside 1..{Components}.");
        if (ComponentWidth is null && size.Width != Vit.Width)
            throw new InvalidInputException($"width {size.Width} is not to be had; a decomposition without componentWidth keeps its width, {Vit.Width}.");
        if (size.Width < head || size.Width > Vit.Width || size.Width % head != 0)
            throw new InvalidInputException($"width {size.Width} is not to be had; allowed are {head}, {2 * head}, ..., {Vit.Width}.");
        return (Vit with { Width = size.Width, Heads = size.Width / head, Depth = size.Depth }).Validated();
    }

    /// <summary>The shape as the JSON of <c>learngene.config</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Strict);
}
