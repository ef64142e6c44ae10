namespace Learngene.Sdk.Experiments;

/// <summary>One number of the comparison: a method at a size, a seed and a number of epochs.</summary>
/// <param name="Method">The method's title.</param><param name="Kind">The method's kind.</param>
/// <param name="Seed">The repetition.</param>
/// <param name="Width">Channels.</param><param name="Depth">Layers.</param>
/// <param name="Components">Components, or null where the method has none.</param>
/// <param name="Epochs">Of tuning; of training where the method starts from random weights.</param>
/// <param name="Last">The job whose accuracy it is.</param>
/// <param name="Learn">The method's own stage, shared by its cells of a seed, or null.</param>
public sealed record Cell(string Method, string Kind, ulong Seed, int Width, int Depth, int? Components, int Epochs, Step Last, Step? Learn)
{
    /// <summary>The hash of the cell's whole specification, by which its result is found.</summary>
    public string Hash => Last.Id[(Last.Id.LastIndexOf('-') + 1)..];

    /// <summary>The size as text.</summary>
    public string Size => Components is { } k ? $"{Width}x{Depth}, {k} components" : $"{Width}x{Depth}";
}

/// <summary>What a cell gave.</summary>
public sealed record CellResult
{
    /// <summary>Hash of the cell's specification.</summary>
    public required string Hash { get; init; }
    /// <summary>The method's title.</summary>
    public required string Method { get; init; }
    /// <summary>The method's kind.</summary>
    public required string Kind { get; init; }
    /// <summary>The repetition.</summary>
    public required ulong Seed { get; init; }
    /// <summary>Channels.</summary>
    public required int Width { get; init; }
    /// <summary>Layers.</summary>
    public required int Depth { get; init; }
    /// <summary>Components, where the method has them.</summary>
    public int? Components { get; init; }
    /// <summary>Epochs of tuning, or of training from random weights.</summary>
    public required int Epochs { get; init; }
    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }
    /// <summary>Operations of one forward pass over one image.</summary>
    public required long Flops { get; init; }
    /// <summary>0..1 on the test images; null where the cell failed.</summary>
    public double? Accuracy { get; init; }
    /// <summary>Mean cross entropy on the test images where it was measured, the last epoch's training loss otherwise.</summary>
    public double? Loss { get; init; }
    /// <summary>Seconds of the cell's own jobs (initialising, tuning, measuring), not of the shared stage.</summary>
    public double Seconds { get; init; }
    /// <summary>Seconds of the method's own stage, shared with the other cells of the seed.</summary>
    public double LearnSeconds { get; init; }
    /// <summary>The jobs, in order.</summary>
    public required IReadOnlyList<string> Jobs { get; init; }
    /// <summary>Epochs with an accuracy, where they were measured along the way: pairs of epoch and accuracy.</summary>
    public IReadOnlyList<EpochAccuracy> History { get; init; } = [];
    /// <summary>Version of the silo's software.</summary>
    public required string Software { get; init; }
    /// <summary>The device that did it.</summary>
    public required string Machine { get; init; }
    /// <summary>Why there is no accuracy.</summary>
    public string? Error { get; init; }
}

/// <summary>The accuracy after an epoch.</summary>
public sealed record EpochAccuracy(int Epoch, double Accuracy);
