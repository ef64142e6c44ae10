namespace Learngene.Silo.Demo;

/// <summary>What the demo does: the sizes and the epochs.</summary>
internal sealed record DemoPlan
{
    public ulong Seed { get; init; } = 1;
    /// <summary>Training images; 0 is all that ship.</summary>
    public int Images { get; init; }
    public int Patch { get; init; } = 7;
    public (int Width, int Depth) Ancestry { get; init; } = (128, 6);
    public int AncestryEpochs { get; init; } = 10;
    public (int Width, int Depth) Learngene { get; init; } = (48, 4);
    public (int Width, int Depth) Auxiliary { get; init; } = (96, 8);
    public int LearngeneEpochs { get; init; } = 16;
    public string Stage1 { get; init; } = "sampled";
    public IReadOnlyList<(int Width, int Depth)> Sizes { get; init; } = [(48, 3), (48, 5), (48, 8), (64, 3), (64, 5), (64, 8), (96, 3), (96, 5), (96, 8)];
    /// <summary>Sizes that are also trained from scratch for <see cref="ScratchEpochs"/> epochs.</summary>
    public IReadOnlyList<(int Width, int Depth)> FromScratch { get; init; } = [(48, 3), (64, 5), (96, 3)];
    public int ScratchEpochs { get; init; } = 10;
    /// <summary>Rate of the one epoch of tuning.</summary>
    public double TuneLr { get; init; } = 1e-4;

    /// <summary>The same path on less of everything, for a first look and for CI.</summary>
    public static DemoPlan Quick { get; } = new()
    {
        Images = 4000, AncestryEpochs = 5, LearngeneEpochs = 8,
        Sizes = [(48, 2), (64, 3), (96, 4)], FromScratch = [(48, 2)], ScratchEpochs = 4, Auxiliary = (96, 4), Learngene = (48, 2), Ancestry = (96, 4),
    };
}
