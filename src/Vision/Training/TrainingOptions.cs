using System.Text.Json.Serialization;
using Learngene.Vision.Data;
using Learngene.Vision.Models;

namespace Learngene.Vision.Training;

/// <summary>What the soft distillation's sum over batch and classes is divided by.</summary>
public enum DistillationScale
{
    /// <summary>Batch * classes: DeiT's scale.</summary>
    Classes,
    /// <summary>Batch alone: the scale of the cross entropy.</summary>
    Batch,
}

/// <summary>
/// Every option of a training run with its default: a run is a difference to these, and the merged record is stored beside the
/// weights. Keys are camelCase in JSON.
/// </summary>
public record TrainingOptions
{
    /// <summary>Passes over the training images, 1..100,000. Default 10.</summary>
    public int Epochs { get; init; } = 10;
    /// <summary>Images in a step, 1..65,536. Default 128.</summary>
    public int Batch { get; init; } = 128;
    /// <summary>AdamW's learning rate after warm-up. Default 1e-3 (at batch 128; the papers: 5e-4 * batch / 512).</summary>
    public double Lr { get; init; } = 1e-3;
    /// <summary>Where the cosine ends. Default 1e-5.</summary>
    public double MinLr { get; init; } = 1e-5;
    /// <summary>Epochs of linear warm-up, may be a fraction. Default: a tenth of the epochs, at most 5; fine-tuning has none.</summary>
    public double? WarmupEpochs { get; init; }
    /// <summary>Where warm-up starts. Default 1e-6.</summary>
    public double WarmupLr { get; init; } = 1e-6;
    /// <summary>AdamW's weight decay, on matrices only. Default 0.05.</summary>
    public double WeightDecay { get; init; } = 0.05;
    /// <summary>AdamW's decay of the first moment. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;
    /// <summary>AdamW's decay of the second moment. Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;
    /// <summary>AdamW's epsilon. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;
    /// <summary>Largest norm of the whole gradient; 0 (default) does not clip.</summary>
    public double Clip { get; init; }
    /// <summary>Stochastic depth at the last layer, 0..1. Default 0 (the papers: 0.1).</summary>
    public double DropPath { get; init; }
    /// <summary>Label smoothing of the cross entropy, 0..1. Default 0 (the papers: 0.1).</summary>
    public double LabelSmoothing { get; init; }
    /// <summary>With a teacher: weight of the soft distillation against the labels, 0..1. Default 1, pure distillation.</summary>
    public double DistillationAlpha { get; init; } = 1;
    /// <summary>
    /// With a teacher: what the soft distillation is divided by, classes (default, batch * classes as DeiT does) or batch (alone).
    /// </summary>
    public DistillationScale DistillationMean { get; init; } = DistillationScale.Classes;
    /// <summary>With a teacher: temperature of the soft distillation. Default 1.</summary>
    public double Temperature { get; init; } = 1;
    /// <summary>
    /// With a teacher: weight of the distillation of features beside that of the answers, 0..10,000: images must be as alike in the student as
    /// in the teacher (<see cref="Objective.Relations"/>). Default 0, none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public double FeatureWeight { get; init; }
    /// <summary>Everything random in the run comes from it. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
    /// <summary>Number format of the products: fp32 (default) or bf16 (falls back to fp32 where it would be slower).</summary>
    public Precision Precision { get; init; } = Precision.Fp32;
    /// <summary>Mirror images at random. Default true.</summary>
    public bool Flip { get; init; } = true;
    /// <summary>Crop at random after padding by so many pixels. Default 0.</summary>
    public int CropPadding { get; init; }
    /// <summary>Probability of erasing a random rectangle. Default 0 (the papers: 0.25).</summary>
    public double RandomErasing { get; init; }
    /// <summary>Mixup's alpha; 0 (default) is off (the papers: 0.8).</summary>
    public double Mixup { get; init; }
    /// <summary>CutMix's alpha; 0 (default) is off (the papers: 1.0).</summary>
    public double Cutmix { get; init; }
    /// <summary>RandAugment's operations per image; 0 (default) is off (the papers: 2).</summary>
    public int RandAugmentOps { get; init; }
    /// <summary>RandAugment's magnitude, 0..10. Default 9.</summary>
    public int RandAugmentMagnitude { get; init; } = 9;
    /// <summary>Colour jitter's strength; 0 (default) is off (the papers: 0.4).</summary>
    public double ColorJitter { get; init; }
    /// <summary>Train on so many images drawn once from the seed; 0 (default) is all.</summary>
    public int Images { get; init; }
    /// <summary>Evaluate on the test images after every so many epochs and after the last; 0 only after the last. Default 1.</summary>
    public int EvaluateEvery { get; init; } = 1;
    /// <summary>Images of the test split to evaluate on; 0 (default) is all.</summary>
    public int TestImages { get; init; }

    /// <summary>Workers that train side by side on a part of the batches each, 1..64; more devices than one are used by as many. Default 1.</summary>
    public int Workers { get; init; } = 1;
    /// <summary>With workers: steps that each takes between two averages, 1..100,000. Default 50.</summary>
    public int LocalSteps { get; init; } = 50;
    /// <summary>With workers: rate of the outer step along the averaged change, 0..10. Default 1 [R] (DiLoCo: 0.7); 1 without momentum is the plain average.</summary>
    public double OuterLr { get; init; } = 1;
    /// <summary>With workers: Nesterov momentum of the outer step, 0..0.999999. Default 0.5 [R] (DiLoCo: 0.9), and 0 where each step is averaged.</summary>
    public double OuterMomentum
    {
        get => _outerMomentum ?? (LocalSteps == 1 ? 0 : 0.5);
        init => _outerMomentum = value;
    }
    private readonly double? _outerMomentum;

    /// <summary>Ends the run after so many steps, whatever its epochs; a part of an epoch at the end counts as one. Null (default): the epochs.</summary>
    public virtual long? Limit() => null;

    /// <summary>Steps of a run whose epochs have so many.</summary>
    internal long StepsOf(int stepsPerEpoch) => Limit() ?? (long)stepsPerEpoch * Epochs;

    /// <summary>The augmentation that these options ask for.</summary>
    public AugmentOptions Augment() => new()
    {
        Flip = Flip, CropPadding = CropPadding, RandomErasing = RandomErasing, Mixup = Mixup, Cutmix = Cutmix,
        RandAugmentOps = RandAugmentOps, RandAugmentMagnitude = RandAugmentMagnitude, ColorJitter = ColorJitter,
    };

    /// <summary>Refuses values that cannot be.</summary>
    /// <exception cref="InvalidInputException">Names the field, the value and the range.</exception>
    public virtual void Validate()
    {
        Within("epochs", Epochs, 1, 100_000);
        Within("batch", Batch, 1, 65_536);
        Within("lr", Lr, 0, 100);
        Within("minLr", MinLr, 0, 100);
        Within("warmupEpochs", WarmupEpochs ?? 0, 0, Epochs);
        Within("warmupLr", WarmupLr, 0, 100);
        Within("weightDecay", WeightDecay, 0, 100);
        Within("beta1", Beta1, 0, 0.999999);
        Within("beta2", Beta2, 0, 0.999999999);
        Within("epsilon", Epsilon, 1e-30, 1);
        Within("clip", Clip, 0, 1e9);
        Within("dropPath", DropPath, 0, 0.99);
        Within("labelSmoothing", LabelSmoothing, 0, 0.99);
        Within("distillationAlpha", DistillationAlpha, 0, 1);
        Within("temperature", Temperature, 1e-3, 1000);
        Within("featureWeight", FeatureWeight, 0, 10_000);
        Within("images", Images, 0, int.MaxValue);
        Within("testImages", TestImages, 0, int.MaxValue);
        Within("evaluateEvery", EvaluateEvery, 0, 100_000);
        Within("workers", Workers, 1, ShardPlan.MostWorkers);
        Within("localSteps", LocalSteps, 1, 100_000);
        Within("outerLr", OuterLr, 0, 10);
        Within("outerMomentum", OuterMomentum, 0, 0.999999);
    }

    /// <summary>Throws unless <paramref name="value"/> is within the range.</summary>
    protected static void Within(string field, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            throw new InvalidInputException(FormattableString.Invariant($"{field} {value} is outside {low}..{high}."));
    }
}
