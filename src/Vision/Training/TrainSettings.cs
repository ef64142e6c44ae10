using System.Text.Json.Serialization;
using Learngene.Vision.Models;

namespace Learngene.Vision.Training;

/// <summary>Settings of <c>train</c>: the options of training and the architecture.</summary>
public sealed record TrainSettings : TrainingOptions
{
    /// <summary>Channels of a token.</summary>
    public int Width { get; init; }
    /// <summary>Layers.</summary>
    public int Depth { get; init; }
    /// <summary>Patch size, pixels; divides the image size.</summary>
    public int Patch { get; init; }
    /// <summary>Attention heads. Default: heads of 64 channels from width 192 on, of 16 below.</summary>
    public int? Heads { get; init; }
    /// <summary>avg (default) or token.</summary>
    public string Pool { get; init; } = "avg";

    /// <summary>The architecture for images of a data set.</summary>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    public VitShape Shape(int imageSize, int channels, int classes)
    {
        Validate();
        Within("width", Width, 1, 16_384);
        Within("depth", Depth, 1, 256);
        Within("patch", Patch, 1, imageSize);
        return new VitShape
        {
            ImageSize = imageSize, PatchSize = Patch, Channels = channels, Classes = classes, Width = Width, Depth = Depth,
            Heads = Heads ?? VitShape.DefaultHeads(Width), Pool = Pool, ClassToken = Pool == "token",
        }.Validated();
    }
}

/// <summary>What becomes of the head when a model is tuned on other classes.</summary>
public enum HeadRule
{
    /// <summary>Kept where the number of classes agrees, fresh otherwise [R].</summary>
    Auto,
    /// <summary>Fresh, random from the seed.</summary>
    Fresh,
    /// <summary>The head's first rows [S]; only for fewer classes.</summary>
    Slice,
}

/// <summary>What of a model is tuned.</summary>
public enum TunedPart
{
    /// <summary>Everything.</summary>
    All,
    /// <summary>The gains and biases of its LayerNorms, and a head that is fresh: a recalibration of a few hundred steps [R].</summary>
    Norms,
}

/// <summary>Settings of <c>finetune</c>: five epochs, no warm-up, a lower rate.</summary>
public sealed record FinetuneSettings : TrainingOptions
{
    /// <summary>The defaults of fine-tuning.</summary>
    public FinetuneSettings() => (Epochs, Lr, MinLr, WarmupEpochs) = (5, 5e-4, 1e-6, 0);

    /// <summary>What becomes of the head. Default auto.</summary>
    public HeadRule Head { get; init; } = HeadRule.Auto;
    /// <summary>Of a decomposition, whose equation stays while its components are tuned: layers of the model that is trained, at full width. Default: its own.</summary>
    public int? Depth { get; init; }
    /// <summary>Of a decomposition: how many of the first components are tuned and kept. Default: all.</summary>
    public int? Components { get; init; }
    /// <summary>What is tuned, of a vit: all (default) or norms.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public TunedPart Only { get; init; }
    /// <summary>Ends the tuning after so many steps, 1..1,000,000, whatever its epochs. Default: the epochs count.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Steps { get; init; }

    /// <inheritdoc/>
    public override long? Limit() => Steps;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Steps is { } steps) Within("steps", steps, 1, 1_000_000);
    }
}

/// <summary>Settings of <c>evaluate</c>.</summary>
public sealed record EvaluateSettings
{
    /// <summary>Images of the test split; 0 (default) is all.</summary>
    public int TestImages { get; init; }
    /// <summary>Number format of the products. Default fp32.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;
    /// <summary>Sizes of a learngene to measure together, such as 48x3, or 64x6x2 with components; empty (default) measures the largest.</summary>
    public IReadOnlyList<string> Sizes { get; init; } = [];
}

/// <summary>Settings of <c>import</c>.</summary>
public sealed record ImportSettings
{
    /// <summary>Heads of a checkpoint without metadata. Default: width / 64.</summary>
    public int? Heads { get; init; }
    /// <summary>Image size of a checkpoint without metadata. Default: inferred.</summary>
    public int? ImageSize { get; init; }
    /// <summary>Take weights that are not finite. Default false.</summary>
    public bool AllowNonfinite { get; init; }
}
