using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Vision.Baselines;

/// <summary>Settings of learning what a baseline shares between its descendants: the options of training and the auxiliary model's size.</summary>
public sealed record BaselineSettings : TrainingOptions
{
    /// <summary>Twenty epochs by default.</summary>
    public BaselineSettings() => Epochs = 20;

    /// <summary>What is learnt: tleg, sws or wave.</summary>
    public string? Baseline { get; init; }
    /// <summary>Channels of the auxiliary model. Default: the ancestry model's.</summary>
    public int? Width { get; init; }
    /// <summary>Layers of the auxiliary model. Default: the ancestry model's; of sws 16 [S].</summary>
    public int? Depth { get; init; }
    /// <summary>Heads of the auxiliary model. Default: the ancestry model's at its width; otherwise of 64 channels from width 192 on, of 16 below.</summary>
    public int? Heads { get; init; }
    /// <summary>Patch size, pixels. Default: the ancestry model's.</summary>
    public int? Patch { get; init; }
    /// <summary>Of wave: templates of each matrix of a block, 1..65,536. Default 2 block^2, as many numbers as two layers have [R].</summary>
    public int? Templates { get; init; }
    /// <summary>Of wave: rows and columns of a scaler, 1..256; divides the width. Default 4 [R].</summary>
    public int? Block { get; init; }

    /// <summary>These settings with everything filled in that was left to the defaults.</summary>
    /// <exception cref="InvalidInputException">Names the field, the value and what is allowed.</exception>
    public BaselineSettings Resolved(VitShape ancestry)
    {
        var baseline = KnownBaselines.SharedBaseline(Baseline);
        Validate();
        bool wave = baseline is Wave;
        if (!wave && (Templates ?? Block) is not null)
            throw new InvalidInputException($"templates and block are for wave; {Baseline} has none.");
        int width = Width ?? ancestry.Width, block = Block ?? 4;
        return this with
        {
            Width = width, Depth = Depth ?? baseline.DefaultDepth(ancestry), Patch = Patch ?? ancestry.PatchSize,
            Heads = Heads ?? (width == ancestry.Width ? ancestry.Heads : VitShape.DefaultHeads(width)),
            Templates = wave ? Templates ?? 2 * block * block : null, Block = wave ? block : null,
        };
    }

    /// <summary>The model that is distilled into; resolved settings. It has the <c>avg</c> pool and no class token.</summary>
    /// <exception cref="InvalidInputException">It cannot be built.</exception>
    public VitShape Auxiliary(VitShape ancestry) => (ancestry with
    {
        Width = Width!.Value, Depth = Depth!.Value, Heads = Heads!.Value, PatchSize = Patch!.Value, ClassToken = false, Pool = "avg",
    }).Validated();

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Within("width", Width ?? 1, 1, 16_384);
        Within("depth", Depth ?? 1, 1, 256);
        Within("templates", Templates ?? 1, 1, 65_536);
        Within("block", Block ?? 1, 1, 256);
    }
}
