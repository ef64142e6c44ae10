using System.Text.Json;
using System.Text.Json.Serialization;

namespace Learngene.Vision.Models;

/// <summary>
/// The architecture of a DeiT-style pre-norm Vision Transformer (METHODS 0), serialised with the argument names of timm's
/// <c>VisionTransformer</c>. Checked once, by <see cref="Validated"/>, where it enters; <see cref="Vit"/> trusts it.
/// </summary>
public sealed record VitShape
{
    /// <summary>Height and width of the square images, pixels; a multiple of <see cref="PatchSize"/>, 4..4096.</summary>
    [JsonPropertyName("img_size")] public required int ImageSize { get; init; }
    /// <summary>Height and width of a patch, pixels.</summary>
    [JsonPropertyName("patch_size")] public required int PatchSize { get; init; }
    /// <summary>Image channels, 1..64.</summary>
    [JsonPropertyName("in_chans")] public required int Channels { get; init; }
    /// <summary>Classes of the head, 1..1,000,000.</summary>
    [JsonPropertyName("num_classes")] public required int Classes { get; init; }
    /// <summary>Channels of a token, D; a multiple of <see cref="Heads"/>, up to 16,384.</summary>
    [JsonPropertyName("embed_dim")] public required int Width { get; init; }
    /// <summary>Encoder layers, L, 1..256.</summary>
    [JsonPropertyName("depth")] public required int Depth { get; init; }
    /// <summary>Attention heads.</summary>
    [JsonPropertyName("num_heads")] public required int Heads { get; init; }
    /// <summary>Hidden width of the MLP over <see cref="Width"/>. Default 4.</summary>
    [JsonPropertyName("mlp_ratio")] public double MlpRatio { get; init; } = 4.0;
    /// <summary>Whether q, k and v have biases. Default true.</summary>
    [JsonPropertyName("qkv_bias")] public bool QkvBias { get; init; } = true;
    /// <summary>Whether a class token is prepended. Default false; true exactly with the <c>token</c> pool.</summary>
    [JsonPropertyName("class_token")] public bool ClassToken { get; init; }
    /// <summary><c>avg</c> (mean over tokens, then <c>fc_norm</c>; default) or <c>token</c> (final <c>norm</c>, then the class token).</summary>
    [JsonPropertyName("global_pool")] public string Pool { get; init; } = "avg";

    /// <summary>Channels of one head, D / heads.</summary>
    [JsonIgnore] public int HeadDim => Width / Heads;
    /// <summary>The widths by whole heads up to this one, ascending.</summary>
    /// <param name="least">The narrowest, whole heads. Default: one head.</param>
    public IEnumerable<int> WidthsFrom(int? least = null)
    {
        int head = HeadDim, first = least ?? head;
        return Enumerable.Range(0, (Width - first) / head + 1).Select(i => first + i * head);
    }

    /// <summary>Hidden neurons of the MLP.</summary>
    [JsonIgnore] public int Hidden => (int)(Width * MlpRatio);
    /// <summary>Patches of an image.</summary>
    [JsonIgnore] public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);
    /// <summary>Tokens the encoder sees: the patches and the class token, if any.</summary>
    [JsonIgnore] public int Tokens => Patches + (ClassToken ? 1 : 0);
    /// <summary>Values in a flattened patch.</summary>
    [JsonIgnore] public int PatchValues => Channels * PatchSize * PatchSize;
    /// <summary>The name of the final LayerNorm in a checkpoint: <c>fc_norm</c> or <c>norm</c>.</summary>
    [JsonIgnore] public string NormName => Pool == "avg" ? "fc_norm" : "norm";

    /// <summary>All trainable numbers of the model.</summary>
    [JsonIgnore]
    public long Parameters
    {
        get
        {
            long d = Width, h = Hidden;
            long block = 3 * d * d + (QkvBias ? 3 * d : 0) + d * d + d + h * d + h + d * h + d + 4 * d;
            return d * PatchValues + d + Tokens * d + (ClassToken ? d : 0) + Depth * block + 2 * d + Classes * d + Classes;
        }
    }

    /// <summary>Operations of one forward pass over one image: its products, two a multiply-add; <see cref="long.MaxValue"/> where there are more.</summary>
    [JsonIgnore]
    public long Flops
    {
        get
        {
            Int128 d = Width, t = Tokens, h = Hidden;
            var block = t * (4 * d * d + 2 * d * h) + 2 * t * t * d;
            return (long)Int128.Min(long.MaxValue, 2 * (Patches * (long)PatchValues * d + Depth * block + d * Classes));
        }
    }

    /// <summary>This shape, if it can be built.</summary>
    /// <exception cref="InvalidInputException">Names the first field that cannot be, its value and what is allowed.</exception>
    public VitShape Validated()
    {
        Range("image size", ImageSize, 1, 4096);
        Range("patch", PatchSize, 1, ImageSize);
        Range("channels", Channels, 1, 64);
        Range("classes", Classes, 1, 1_000_000);
        Range("width", Width, 1, 16_384);
        Range("depth", Depth, 1, 256);
        Range("heads", Heads, 1, Width);
        if (ImageSize % PatchSize != 0)
            throw new InvalidInputException($"patch {PatchSize} does not divide the image size {ImageSize}; allowed are {Divisors(ImageSize)}.");
        if (Width % Heads != 0)
            throw new InvalidInputException($"heads {Heads} does not divide the width {Width}; allowed are {Divisors(Width)}.");
        if (!(MlpRatio is > 0 and <= 64) || Hidden < 1)
            throw new InvalidInputException($"mlp_ratio {MlpRatio} is outside 0..64.");
        if (Pool is not ("avg" or "token"))
            throw new InvalidInputException($"global_pool '{Pool}' is unknown; allowed are avg and token.");
        if (ClassToken != (Pool == "token"))
            throw new InvalidInputException($"class_token {ClassToken.ToString().ToLowerInvariant()} does not go with global_pool '{Pool}': a class token and the token pool belong together.");
        if (Parameters > 20_000_000_000)
            throw new InvalidInputException($"width {Width} and depth {Depth} make {Parameters:N0} parameters; at most 20,000,000,000 are allowed.");
        return this;
    }

    /// <summary>The shape as the JSON of <c>learngene.config</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Strict);

    /// <summary>
    /// Heads for a width where none are given: heads of 64 from width 192 on (DeiT), of 16 below [R], where the width allows it.
    /// </summary>
    /// <exception cref="InvalidInputException">No usual head size divides the width.</exception>
    public static int DefaultHeads(int width)
    {
        foreach (int headDim in width >= 192 ? (ReadOnlySpan<int>)[64, 32, 16, 8] : [16, 8, 32])
            if (width > 0 && width % headDim == 0)
                return width / headDim;
        throw new InvalidInputException($"width {width} is not a multiple of 8, so heads must be given; allowed are the divisors of {width}.");
    }

    private static void Range(string field, int value, int low, int high)
    {
        if (value < low || value > high)
            throw new InvalidInputException($"{field} {value} is outside {low}..{high}.");
    }

    private static string Divisors(int n) => string.Join(", ", Enumerable.Range(1, n).Where(i => n % i == 0));
}
