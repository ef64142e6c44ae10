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
/// any depth and from any number of the first components.
/// </summary>
public sealed record DecompositionShape
{
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

    /// <summary>Everything that is trained: the tensors outside the blocks and N components.</summary>
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
        if (Trainable > 20_000_000_000)
            throw new InvalidInputException($"width {Vit.Width} and components {Components} make {Trainable:N0} parameters; at most 20,000,000,000 are allowed.");
        return this;
    }

    /// <summary>The architecture of a descendant; its width is this one's.</summary>
    /// <param name="depth">Layers, 1..256.</param>
    /// <param name="components">How many of the first components make it, 1..N.</param>
    /// <exception cref="InvalidInputException">The size is not to be had; names what is.</exception>
    public VitShape Descendant(int depth, int components)
    {
        if (components < 1 || components > Components)
            throw new InvalidInputException($"components {components} is outside 1..{Components}.");
        return (Vit with { Depth = depth }).Validated();
    }

    /// <summary>The shape as the JSON of <c>learngene.config</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Strict);
}
