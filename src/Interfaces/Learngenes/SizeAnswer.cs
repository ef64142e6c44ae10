namespace Learngene.Learngenes;

/// <summary>A size that could be made, and what it costs.</summary>
[GenerateSerializer, Immutable, Alias("learngene.size")]
public sealed record SizeCandidate
{
    /// <summary>Channels.</summary>
    [Id(0)] public required int Width { get; init; }
    /// <summary>Layers.</summary>
    [Id(1)] public required int Depth { get; init; }
    /// <summary>Components, where the learngene is a decomposition.</summary>
    [Id(2)] public int? Components { get; init; }
    /// <summary>Trainable numbers.</summary>
    [Id(3)] public long Parameters { get; init; }
    /// <summary>Operations of one forward pass over one image, two a multiply-add.</summary>
    [Id(4)] public long Flops { get; init; }
    /// <summary>Size of its file.</summary>
    [Id(5)] public long Bytes { get; init; }
    /// <summary>Seconds for one image on the device of the profile; null without one.</summary>
    [Id(6)] public double? Latency { get; init; }
    /// <summary>0..1; null where nothing is known.</summary>
    [Id(7)] public double? Accuracy { get; init; }
    /// <summary><c>measured</c>, <c>predicted</c> from measured sizes, or <c>unknown</c>.</summary>
    [Id(8)] public required string Known { get; init; }
}

/// <summary>The size that was chosen, and why.</summary>
[GenerateSerializer, Immutable, Alias("learngene.size-answer")]
public sealed record SizeAnswer
{
    /// <summary>The best that fits.</summary>
    [Id(0)] public required SizeCandidate Chosen { get; init; }
    /// <summary>One sentence.</summary>
    [Id(1)] public required string Reason { get; init; }
    /// <summary>The next best that fit, best first.</summary>
    [Id(2)] public IReadOnlyList<SizeCandidate> RunnersUp { get; init; } = [];
    /// <summary>Sizes there are.</summary>
    [Id(3)] public int Considered { get; init; }
    /// <summary>Sizes that fit.</summary>
    [Id(4)] public int Fitting { get; init; }
}
