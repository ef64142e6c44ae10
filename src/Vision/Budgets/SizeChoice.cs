namespace Learngene.Vision.Budgets;

/// <summary>A size with its figures.</summary>
/// <param name="Size">The size.</param>
/// <param name="Parameters">All numbers of the model.</param>
/// <param name="Flops">Operations of a forward pass over one image, two a multiply-add.</param>
/// <param name="Bytes">Of its safetensors file, header included, in the budget's number format.</param>
/// <param name="Latency">Seconds for one image on the budget's device; null without a profile.</param>
/// <param name="Accuracy">What it reaches, and how that is known.</param>
public sealed record SizeFigures(SizeOption Size, long Parameters, long Flops, long Bytes, double? Latency, AccuracyEstimate Accuracy);

/// <summary>The size that was picked, and why.</summary>
/// <param name="Chosen">The best that fits.</param>
/// <param name="Reason">One sentence with its numbers.</param>
/// <param name="RunnersUp">The next best that fit, best first; up to <see cref="SizePicker.MostRunnersUp"/>.</param>
/// <param name="Considered">Sizes there were.</param>
/// <param name="Fitting">Sizes that keep every limit.</param>
public sealed record SizeChoice(SizeFigures Chosen, string Reason, IReadOnlyList<SizeFigures> RunnersUp, int Considered, int Fitting);
