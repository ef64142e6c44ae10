using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Vision.Baselines;

/// <summary>
/// Settings of initialising one model as a baseline does: the size, and the options of training where a baseline trains. Such a
/// training ends by steps; <c>epochs</c> does not count, and warm-up is at most a tenth of the steps.
/// </summary>
public sealed record InitialiseSettings : TrainingOptions
{
    /// <summary>How: copying, front, ligo, stacking, sws, wave or weight-selection.</summary>
    public string? Baseline { get; init; }
    /// <summary>Channels of the model. Default: the source's.</summary>
    public int? Width { get; init; }
    /// <summary>Layers of the model, 1..256. Default: the source's.</summary>
    public int? Depth { get; init; }
    /// <summary>Attention heads. Default: heads of the source's size where they divide the width; otherwise of 64 channels from width 192 on, of 16 below.</summary>
    public int? Heads { get; init; }
    /// <summary>Of ligo and wave: steps of training, 1..1,000,000. Default: ligo 100 [S], wave 150 [R].</summary>
    public int? Steps { get; init; }

    /// <inheritdoc/>
    public override long? Limit() => Steps;

    /// <summary>These settings with everything filled in that was left to the defaults.</summary>
    /// <param name="target">The model that they ask for.</param>
    /// <exception cref="InvalidInputException">Names the field, the value and what is allowed.</exception>
    public InitialiseSettings Resolved(VitShape target)
    {
        int steps = KnownBaselines.Initialisation(Baseline).DefaultSteps;
        return this with { Width = target.Width, Depth = target.Depth, Heads = target.Heads, Steps = steps == 0 ? null : Steps ?? steps };
    }

    /// <summary>The architecture: the source's, but for width, depth and heads.</summary>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    public VitShape Target(VitShape source)
    {
        Validate();
        int width = Width ?? source.Width;
        int heads = Heads ?? (width > 0 && width % source.HeadDim == 0 ? width / source.HeadDim : VitShape.DefaultHeads(width));
        return (source with { Width = width, Depth = Depth ?? source.Depth, Heads = heads }).Validated();
    }

    /// <summary>The same for a baseline that changes the depth only.</summary>
    /// <exception cref="InvalidInputException">Width or heads differ, or it cannot be built.</exception>
    public VitShape TargetOfSameWidth(VitShape source)
    {
        var target = Target(source);
        if (target.Width != source.Width)
            throw new InvalidInputException($"width {target.Width} is not the source's {source.Width}; {Baseline} changes the depth only.");
        if (target.Heads != source.Heads)
            throw new InvalidInputException($"heads {target.Heads} is not the source's {source.Heads}; {Baseline} changes the depth only.");
        return target;
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Workers > 1) throw new InvalidInputException($"workers {Workers} is for trainings; an initialisation of a few steps has 1.");
        if (Steps is not { } steps) return;
        Within("steps", steps, 1, 1_000_000);
        if (KnownBaselines.Initialisation(Baseline).DefaultSteps == 0)
            throw new InvalidInputException($"steps {steps} is for baselines that train; {Baseline} does not.");
    }
}
