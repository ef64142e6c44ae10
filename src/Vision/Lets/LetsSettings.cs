using System.Text.Json.Serialization;
using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Vision.Lets;

/// <summary>Settings of <c>learn lets</c>: the options of training and the sizes.</summary>
public sealed record LetsSettings : TrainingOptions
{
    /// <summary>Twenty epochs by default.</summary>
    public LetsSettings() => Epochs = 20;

    /// <summary>Channels of the learngene, d.</summary>
    public int LearngeneWidth { get; init; }
    /// <summary>Layers of the learngene, L; even.</summary>
    public int LearngeneDepth { get; init; }
    /// <summary>Channels of the auxiliary model, D, above d.</summary>
    public int Width { get; init; }
    /// <summary>Layers of the auxiliary model, a multiple of L.</summary>
    public int Depth { get; init; }
    /// <summary>Heads of the auxiliary model. Default: heads of 64 channels where the learngene is 192 or wider, of 16 below.</summary>
    public int? Heads { get; init; }
    /// <summary>Patch size. Default: the ancestry model's.</summary>
    public int? Patch { get; init; }
    /// <summary>Which size each step generates: sampled (default) or paper.</summary>
    public Stage1 Stage1 { get; init; } = Stage1.Sampled;
    /// <summary>Which sizes sampling prefers: uniform (default) none, small or large the smaller or larger of two draws along each axis.</summary>
    public SizeSampling Sampling { get; init; } = SizeSampling.Uniform;
    /// <summary>The shallowest descendant that sampling generates, 1 or more. Default 2.</summary>
    public int MinDepth { get; init; } = 2;
    /// <summary>The narrowest descendant that sampling generates, by whole heads; below the learngene's width the learngene is cut. Default: the learngene's width.</summary>
    public int? MinWidth { get; init; }
    /// <summary>Rank of the matrices F, at most d and D - d: fewer numbers to store and to train. Default: full matrices, as the paper has them [R].</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Rank { get; init; }
    /// <summary>When it is learnt, up to 64 of its sizes are measured on so many test images, for budgets to choose by; 0 measures none. Default 2,000.</summary>
    public int MeasureSizes { get; init; } = 2000;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Within("learngeneWidth", LearngeneWidth, 1, 16_384);
        Within("learngeneDepth", LearngeneDepth, 1, 256);
        Within("width", Width, 1, 16_384);
        Within("depth", Depth, 1, 256);
        Within("minDepth", MinDepth, 1, 256);
        Within("measureSizes", MeasureSizes, 0, int.MaxValue);
    }

    /// <summary>The shape that these settings and an ancestry model's make.</summary>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    public LetsShape Shape(VitShape ancestry)
    {
        Validate();
        int headDim = Heads is { } heads
            ? heads > 0 && Width % heads == 0 ? Width / heads : throw new InvalidInputException($"heads {heads} does not divide the width {Width}.")
            : CommonHeadDim();
        if (LearngeneWidth % headDim != 0)
            throw new InvalidInputException($"learngeneWidth {LearngeneWidth} is not a multiple of the head size {headDim}.");
        VitShape Of(int width, int depth) => ancestry with
        {
            Width = width, Depth = depth, Heads = width / headDim, PatchSize = Patch ?? ancestry.PatchSize, MlpRatio = 4, QkvBias = true,
            ClassToken = false, Pool = "avg",
        };
        if (MinWidth is { } least && (least < headDim || least > LearngeneWidth || least % headDim != 0))
            throw new InvalidInputException($"minWidth {least} is not to be had; allowed are {headDim}, {2 * headDim}, ..., {LearngeneWidth}.");
        return new LetsShape { Learngene = Of(LearngeneWidth, LearngeneDepth), Auxiliary = Of(Width, Depth), Rank = Rank }.Validated();
    }

    private int CommonHeadDim()
    {
        foreach (int headDim in LearngeneWidth >= 192 ? (int[])[64, 32, 16, 8] : [16, 8, 32])
            if (LearngeneWidth % headDim == 0 && Width % headDim == 0)
                return headDim;
        throw new InvalidInputException($"learngeneWidth {LearngeneWidth} and width {Width} share no usual head size (8, 16, 32 or 64); give heads.");
    }
}
