using System.Text.Json;
using System.Text.Json.Serialization;
using Learngene.Vision.Models;

namespace Learngene.Vision.Baselines;

/// <summary>What a <c>wave</c> file consists of: the <c>learngene.config</c> of <see cref="Wave"/>.</summary>
public sealed record WaveShape
{
    /// <summary>The auxiliary ViT.</summary>
    [JsonPropertyName("vit")] public required VitShape Vit { get; init; }
    /// <summary>Templates of each matrix inside a block, T, 1..65,536.</summary>
    [JsonPropertyName("templates")] public required int Templates { get; init; }
    /// <summary>Rows and columns of a scaler; a template of a matrix (m, n) is (m / block, n / block).</summary>
    [JsonPropertyName("block")] public required int Block { get; init; }

    /// <summary>Everything that is trained: templates, scalers and what is outside the matrices.</summary>
    [JsonIgnore] public long Trainable => Wave.Specs(this).Sum(s => s.Elements);

    /// <summary>This shape, if it can be built.</summary>
    /// <exception cref="InvalidInputException">Names the field, its value and what is allowed.</exception>
    public WaveShape Validated()
    {
        Vit.Validated();
        if (Templates is < 1 or > 65_536)
            throw new InvalidInputException($"templates {Templates} is outside 1..65536.");
        if (Block < 1 || Vit.Width % Block != 0 || Vit.Hidden % Block != 0)
            throw new InvalidInputException($"block {Block} does not divide the width {Vit.Width} and the hidden width {Vit.Hidden}; give a common divisor, such as 1 or 2.");
        if (Trainable > 20_000_000_000)
            throw new InvalidInputException($"width {Vit.Width} and templates {Templates} make {Trainable:N0} parameters; at most 20,000,000,000 are allowed.");
        return this;
    }

    /// <summary>The shape as the JSON of <c>learngene.config</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Strict);
}
