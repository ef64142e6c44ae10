namespace Learngene.Silo.Demo;

/// <summary>What <c>demo --json</c> writes (INTERFACE section 2).</summary>
internal sealed record DemoResult(
    string Data, ulong Seed, double Seconds, AncestryResult Ancestry, LearngeneResult Learngene, IReadOnlyList<DemoRow> Rows)
{
    /// <summary>Form of stage 1: sampled or paper.</summary>
    public string Stage1 { get; init; } = "sampled";
}

internal sealed record AncestryResult(double Accuracy, long Parameters);

internal sealed record LearngeneResult(long Parameters, double AuxiliaryAccuracy);

/// <summary>One size; accuracies in 0..1 on the test images.</summary>
internal sealed record DemoRow(
    int Width, int Depth, long Parameters, double AccuracyAtInit, double AccuracyAfter1Epoch, int ScratchEpochs, double ScratchAccuracy, double ScratchAccuracyAfter1Epoch);
