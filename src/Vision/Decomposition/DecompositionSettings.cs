using System.Text.Json.Serialization;
using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Vision.Decomposition;

/// <summary>What is trained when components are learned.</summary>
public enum DecompositionTraining
{
    /// <summary>Each step a random depth, number of components and, with a component width, width, all that take part (METHODS 2.5, ours) [R].</summary>
    Sampled,
    /// <summary>The components of one phase after those of another, the earlier ones frozen (METHODS 2.2, the paper's) [S].</summary>
    Phases,
    /// <summary>All components at once at full depth: the paper's baseline "SCT" [S].</summary>
    Together,
}

/// <summary>Settings of <c>learn decomposition</c>: the options of training, the size and the coefficients.</summary>
public sealed record DecompositionSettings : TrainingOptions
{
    /// <summary>Twenty epochs by default; in <c>phases</c>, twenty for each phase.</summary>
    public DecompositionSettings() => Epochs = 20;

    /// <summary>Channels of a token. Default: the ancestry model's; needed where there is none.</summary>
    public int? Width { get; init; }
    /// <summary>Layers of the model that is trained, L, 1..256. Default: the ancestry model's; needed where there is none.</summary>
    public int? Depth { get; init; }
    /// <summary>Attention heads. Default: the ancestry model's at its width; otherwise of 64 channels from width 192 on, of 16 below.</summary>
    public int? Heads { get; init; }
    /// <summary>Patch size, pixels. Default: the ancestry model's; needed where there is none.</summary>
    public int? Patch { get; init; }
    /// <summary>
    /// How many components there are after each phase, ascending, 1..256; the last is N, and without phases the only one that counts.
    /// Default: 1, 2, 4, 8, ... up to the depth, and the depth [R] (the paper at depth 12: 1, 2, 4, 8, 12).
    /// </summary>
    public IReadOnlyList<int>? Components { get; init; }
    /// <summary>Functions that weigh the components: chebyshev (default), taylor, legendre or fourier.</summary>
    public Basis Basis { get; init; } = Basis.Chebyshev;
    /// <summary>Where the layers lie on the axis of the basis: paper (default) or chebyshev.</summary>
    public Nodes Nodes { get; init; } = Nodes.Paper;
    /// <summary>Order of the first component: 0 (default) begins with the constant function [R], 1 is the paper to the letter [S].</summary>
    public int OrderOffset { get; init; }
    /// <summary>What each step trains: sampled (default), phases or together.</summary>
    public DecompositionTraining Training { get; init; } = DecompositionTraining.Sampled;
    /// <summary>Which sizes sampling prefers: uniform (default) none, small or large the smaller or larger of two draws along each axis.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public SizeSampling Sampling { get; init; }
    /// <summary>The shallowest model that sampling trains, 1..256. Default 2.</summary>
    public int MinDepth { get; init; } = 2;
    /// <summary>
    /// Channels of the components, whole heads below <see cref="Width"/>: with LeTs' width matrices they then make models of every width [R].
    /// Default null: components are as wide as the model, which has one width.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? ComponentWidth { get; init; }
    /// <summary>With <see cref="ComponentWidth"/>: the narrowest model that sampling trains, by whole heads; below the components' width they are cut. Default: theirs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? MinWidth { get; init; }
    /// <summary>When they are learnt, up to 64 sizes are measured on so many test images, for budgets to choose by; 0 measures none. Default 2,000.</summary>
    public int MeasureSizes { get; init; } = 2000;

    /// <summary>
    /// With a teacher: weight of the soft distillation against the labels, 0..1. Default 1 in <c>sampled</c>; 0.5 in <c>phases</c> and
    /// <c>together</c>, the paper's CE + KL halved, which to AdamW is the same.
    /// </summary>
    public new double? DistillationAlpha
    {
        get;
        init => (field, base.DistillationAlpha) = (value, value ?? 1);
    }

    /// <summary>
    /// With a teacher: what the soft distillation is divided by. Default classes in <c>sampled</c>, batch in <c>phases</c> and
    /// <c>together</c>, so that labels and teacher weigh 1:1.
    /// </summary>
    public new DistillationScale? DistillationMean
    {
        get;
        init => (field, base.DistillationMean) = (value, value ?? DistillationScale.Classes);
    }

    /// <summary>These settings with everything filled in that was left to the defaults.</summary>
    /// <param name="ancestry">The model that is distilled; null learns from labels alone.</param>
    /// <exception cref="InvalidInputException">Names the field, the value and what is allowed.</exception>
    public DecompositionSettings Resolved(VitShape? ancestry)
    {
        int Needed(string field, int? given, int? inherited) => given ?? inherited
            ?? throw new InvalidInputException($"{field} is missing; without an ancestry model it must be given.");
        int width = Needed("width", Width, ancestry?.Width), depth = Needed("depth", Depth, ancestry?.Depth), patch = Needed("patch", Patch, ancestry?.PatchSize);
        Within("width", width, 1, 16_384);
        Within("depth", depth, 1, 256);
        bool sampled = Training == DecompositionTraining.Sampled;
        var resolved = this with
        {
            Width = width, Depth = depth, Patch = patch,
            Heads = Heads ?? (width == ancestry?.Width ? ancestry.Heads : VitShape.DefaultHeads(width)),
            Components = Components ?? DefaultComponents(depth), MinWidth = MinWidth ?? (Training == DecompositionTraining.Sampled ? ComponentWidth : null),
            DistillationAlpha = DistillationAlpha ?? (sampled ? 1 : 0.5),
            DistillationMean = DistillationMean ?? (sampled ? DistillationScale.Classes : DistillationScale.Batch),
        };
        resolved.Validate();
        return resolved;
    }

    /// <summary>The shape that these settings and an ancestry model's make; class token, pool and the rest are the ancestry model's.</summary>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    public DecompositionShape Shape(VitShape ancestry)
    {
        var s = Resolved(ancestry);
        return s.Of(ancestry with { Width = s.Width!.Value, Depth = s.Depth!.Value, Heads = s.Heads!.Value, PatchSize = s.Patch!.Value });
    }

    /// <summary>The shape without an ancestry model, for images of a data set; no class token, the <c>avg</c> pool.</summary>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    public DecompositionShape Shape(int imageSize, int channels, int classes)
    {
        var s = Resolved(null);
        return s.Of(new()
        {
            ImageSize = imageSize, PatchSize = s.Patch!.Value, Channels = channels, Classes = classes,
            Width = s.Width!.Value, Depth = s.Depth!.Value, Heads = s.Heads!.Value,
        });
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Within("orderOffset", OrderOffset, 0, 1);
        Within("minDepth", MinDepth, 1, 256);
        Within("measureSizes", MeasureSizes, 0, int.MaxValue);
        if (MinWidth is not null && ComponentWidth is null)
            throw new InvalidInputException($"minWidth {MinWidth} needs componentWidth; without it a decomposition has one width.");
        if (Training != DecompositionTraining.Sampled && (MinWidth is not null || Sampling != SizeSampling.Uniform))
            throw new InvalidInputException($"sampling and minWidth say which sizes training 'sampled' draws; '{Training.ToString().ToLowerInvariant()}' draws none.");
        if (Training == DecompositionTraining.Phases && Workers > 1)
            throw new InvalidInputException($"workers {Workers} cannot train in phases; use training 'together' or 'sampled', or 1 worker.");
        if (Components is not { } counts) return;
        if (counts.Count == 0) throw new InvalidInputException("components is empty; it needs at least one number in 1..256.");
        for (int i = 0; i < counts.Count; i++)
        {
            Within("components", counts[i], 1, 256);
            if (i > 0 && counts[i] <= counts[i - 1])
                throw new InvalidInputException($"components {string.Join(", ", counts)} are not ascending: {counts[i]} follows {counts[i - 1]}.");
        }
    }

    private DecompositionShape Of(VitShape vit)
    {
        var shape = new DecompositionShape
        {
            Vit = vit, Components = Components![^1], Basis = Basis, Nodes = Nodes, OrderOffset = OrderOffset, ComponentWidth = ComponentWidth,
        }.Validated();
        if (MinWidth is { } least && (least < 1 || least > ComponentWidth || least % vit.HeadDim != 0))
            throw new InvalidInputException($"minWidth {least} is not to be had; allowed are whole heads of {vit.HeadDim} channels, up to componentWidth {ComponentWidth}.");
        return shape;
    }

    private static int[] DefaultComponents(int depth) =>
        [.. Enumerable.Range(0, 9).Select(i => 1 << i).TakeWhile(n => n < depth), depth];
}
