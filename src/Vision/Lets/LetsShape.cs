using System.Text.Json;
using System.Text.Json.Serialization;
using Learngene.Vision.Models;

namespace Learngene.Vision.Lets;

/// <summary>A learngene and the auxiliary model it generates (METHODS 1.1): the sizes may be any that the construction allows.</summary>
public sealed record LetsShape
{
    /// <summary>The learngene, d channels x L layers; L even.</summary>
    [JsonPropertyName("learngene")] public required VitShape Learngene { get; init; }
    /// <summary>The auxiliary model, D channels x La layers; La a multiple of L, D above d by whole heads.</summary>
    [JsonPropertyName("auxiliary")] public required VitShape Auxiliary { get; init; }

    /// <summary>Rank r of the matrices F, each then a product of (rows, r) and (r, columns); null (default): full matrices, as the paper has them [R].</summary>
    [JsonPropertyName("rank"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Rank { get; init; }

    /// <summary>Channels that the matrices add at most, D - d.</summary>
    [JsonIgnore] public int ExtraWidth => Auxiliary.Width - Learngene.Width;
    /// <summary>Heads that the matrices add at most.</summary>
    [JsonIgnore] public int ExtraHeads => ExtraWidth / Learngene.HeadDim;
    /// <summary>Hidden neurons that the matrices add at most.</summary>
    [JsonIgnore] public int ExtraHidden => Auxiliary.Hidden - Learngene.Hidden;
    /// <summary>Rows of the depth-mixing scalars G, one per two auxiliary layers.</summary>
    [JsonIgnore] public int Rows => Auxiliary.Depth / 2;
    /// <summary>Pairs of learngene layers.</summary>
    [JsonIgnore] public int Pairs => Learngene.Depth / 2;

    /// <summary>The pair of learngene layers that row <paramref name="row"/> mixes [R for sizes other than the paper's].</summary>
    public int PairOf(int row) => row * Learngene.Depth / Auxiliary.Depth;

    /// <summary>Everything stage 1 trains; 37,735,784 in the paper's configuration with 1000 classes.</summary>
    [JsonIgnore] public long Trainable => LetsParameters.Specs(this).Sum(s => s.Elements);

    /// <summary>This shape, if LeTs can be built on it.</summary>
    /// <exception cref="InvalidInputException">Names the field, its value and what is allowed.</exception>
    public LetsShape Validated()
    {
        var (g, a) = (Learngene.Validated(), Auxiliary.Validated());
        if (g.HeadDim != a.HeadDim)
            throw new InvalidInputException($"heads of the learngene have {g.HeadDim} channels and heads of the auxiliary model {a.HeadDim}; they must have the same.");
        if (g.Depth % 2 != 0)
            throw new InvalidInputException($"learngene depth {g.Depth} is odd; layers are mixed in pairs, so an even depth is needed.");
        if (a.Depth % g.Depth != 0)
            throw new InvalidInputException($"depth {a.Depth} of the auxiliary model is not a multiple of the learngene depth {g.Depth}; allowed are {g.Depth}, {2 * g.Depth}, {3 * g.Depth}, ...");
        if (a.Width <= g.Width)
            throw new InvalidInputException($"width {a.Width} of the auxiliary model is not above the learngene width {g.Width}; allowed are {g.Width + g.HeadDim}, {g.Width + 2 * g.HeadDim}, ...");
        if (Rank is { } rank && (rank < 1 || rank > Math.Min(ExtraWidth, g.Width)))
            throw new InvalidInputException($"rank {rank} is outside 1..{Math.Min(ExtraWidth, g.Width)}; a matrix of {ExtraWidth} x {g.Width} has no more.");
        var same = g with { Width = a.Width, Depth = a.Depth, Heads = a.Heads };
        if (same != a)
            throw new InvalidInputException($"learngene and auxiliary model differ in more than width, depth and heads: {same.ToJson()} against {a.ToJson()}.");
        return this;
    }

    /// <summary>
    /// The architecture of a descendant.
    /// </summary>
    /// <exception cref="InvalidInputException">The size is not to be had; names what is.</exception>
    public VitShape Descendant(int width, int depth)
    {
        int h = Learngene.HeadDim;
        if (width < h || width % h != 0)
            throw new InvalidInputException($"width {width} is not a multiple of the head size {h}; allowed are {h}, {2 * h}, ..., {Auxiliary.Width}.");
        if (width > Auxiliary.Width)
            throw new InvalidInputException($"width {width} is above the auxiliary model's {Auxiliary.Width}; allowed are {h}, {2 * h}, ..., {Auxiliary.Width}.");
        return (Auxiliary with { Width = width, Depth = depth, Heads = width / h }).Validated();
    }

    /// <summary>Numbers of weights that a step makes: the auxiliary model's, and with matrices of low rank the whole matrices.</summary>
    [JsonIgnore] public long Generated => Auxiliary.Parameters + (Rank is null ? 0 : (this with { Rank = null }).Trainable - Learngene.Parameters);

    /// <summary>The shape as the JSON of <c>learngene.config</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Strict);
}
