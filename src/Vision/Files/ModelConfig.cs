using System.Text.Json;
using Learngene.Vision.Baselines;
using Learngene.Vision.Data;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Files;

/// <summary>What a model file says of itself (INTERFACE 3): <c>learngene.kind</c>, <c>learngene.config</c>, <c>learngene.preprocess</c>, <c>learngene.lineage</c>.</summary>
public sealed record ModelConfig
{
    /// <summary><c>vit</c>, <c>lets</c>, <c>decomposition</c> or <c>wave</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>The architecture of a <c>vit</c>; of a <c>lets</c>, its auxiliary model's; of a <c>decomposition</c>, that of all its layers and components; of a <c>wave</c>, its auxiliary model's.</summary>
    public required VitShape Vit { get; init; }
    /// <summary>Learngene and auxiliary model of a <c>lets</c>; null otherwise.</summary>
    public LetsShape? Lets { get; init; }
    /// <summary>Components and coefficients of a <c>decomposition</c>; null otherwise.</summary>
    public DecompositionShape? Decomposition { get; init; }
    /// <summary>Templates and scalers of a <c>wave</c>; null otherwise.</summary>
    public WaveShape? Wave { get; init; }
    /// <summary>Mean and deviation of the pixel values that the model was trained with; null where the file does not say.</summary>
    public Preprocess? Preprocess { get; init; }
    /// <summary>JSON of what determined the bytes; <c>{}</c> where the file does not say.</summary>
    public string Lineage { get; init; } = "{}";

    /// <summary>Trainable numbers: of the ViT, or of what the learngene consists of.</summary>
    public long Trainable => Lets?.Trainable ?? Decomposition?.Trainable ?? Wave?.Trainable ?? Vit.Parameters;

    /// <summary>The shape as JSON.</summary>
    public string Json => Lets?.ToJson() ?? Decomposition?.ToJson() ?? Wave?.ToJson() ?? Vit.ToJson();

    /// <summary>The metadata of a file of this model.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = "pt", ["learngene.kind"] = Kind, ["learngene.config"] = Json, ["learngene.lineage"] = Lineage,
        };
        if (Preprocess is not null) metadata["learngene.preprocess"] = JsonSerializer.Serialize(Preprocess, Vision.Json.Strict);
        return metadata;
    }

    /// <summary>Reads the configuration of a file; one without our metadata is taken for a plain timm checkpoint.</summary>
    /// <param name="file">An opened file.</param>
    /// <param name="heads">Heads of a plain checkpoint. Default: width / 64.</param>
    /// <param name="imageSize">Image size of a plain checkpoint. Default: inferred from the position embedding.</param>
    /// <exception cref="InvalidInputException">The metadata is unknown or contradicts itself.</exception>
    public static ModelConfig Read(SafetensorsFile file, int? heads = null, int? imageSize = null)
    {
        if (!file.Metadata.TryGetValue("learngene.kind", out string? kind))
            return new() { Kind = "vit", Vit = PlainCheckpoint.Infer(file, heads, imageSize) };
        if (!file.Metadata.TryGetValue("learngene.config", out string? config))
            throw new InvalidInputException($"metadata says learngene.kind = '{kind}' but has no learngene.config.");
        LetsShape? lets = null;
        DecompositionShape? decomposition = null;
        WaveShape? wave = null;
        VitShape vit;
        switch (kind)
        {
            case "vit":
                vit = Vision.Json.Parse<VitShape>(config, "learngene.config").Validated();
                break;
            case "lets":
                vit = (lets = Vision.Json.Parse<LetsShape>(config, "learngene.config").Validated()).Auxiliary;
                break;
            case "decomposition":
                vit = (decomposition = Vision.Json.Parse<DecompositionShape>(config, "learngene.config").Validated()).Vit;
                break;
            case "wave":
                vit = (wave = Vision.Json.Parse<WaveShape>(config, "learngene.config").Validated()).Vit;
                break;
            default:
                throw new InvalidInputException($"learngene.kind '{kind}' is unknown; allowed are vit, lets, decomposition and wave.");
        }
        return new()
        {
            Kind = kind, Vit = vit, Lets = lets, Decomposition = decomposition, Wave = wave,
            Preprocess = file.Metadata.TryGetValue("learngene.preprocess", out string? preprocess) ? ReadPreprocess(preprocess, vit.Channels) : null,
            Lineage = file.Metadata.GetValueOrDefault("learngene.lineage", "{}"),
        };
    }

    private static Preprocess ReadPreprocess(string json, int channels)
    {
        var p = Vision.Json.Parse<Preprocess>(json, "learngene.preprocess");
        if (p.Mean?.Count != channels || p.Std?.Count != channels || p.Mean.Any(m => !double.IsFinite(m)) || p.Std.Any(s => !(s > 0 && double.IsFinite(s))))
            throw new InvalidInputException($"learngene.preprocess {json} must give {channels} means and {channels} positive deviations, one a channel.");
        return p;
    }
}
