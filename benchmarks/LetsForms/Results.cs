namespace Learngene.LetsForms;

/// <summary>One size in one form of stage 1; accuracies in 0..1. Null is not measured.</summary>
public sealed record Cell(string Form, int Width, int Depth, long Parameters, double AtInit, double? After1Epoch);

/// <summary>One size from scratch.</summary>
public sealed record Scratch(int Width, int Depth, double Accuracy);

/// <summary>What one seed gave.</summary>
public sealed record Results(ulong Seed, double Ancestry, double Seconds, IReadOnlyList<Cell> Cells, IReadOnlyList<Scratch> FromScratch);
