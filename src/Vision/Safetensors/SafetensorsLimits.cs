namespace Learngene.Vision.Safetensors;

/// <summary>How much of an unknown file is believed before it is refused.</summary>
public sealed record SafetensorsLimits
{
    /// <summary>Longest header read, in bytes; default 100,000,000.</summary>
    public long MaxHeaderBytes { get; init; } = 100_000_000;

    /// <summary>Most tensors, and most metadata entries, in a file; default 100,000.</summary>
    public int MaxTensors { get; init; } = 100_000;

    /// <summary>Most sizes in one shape; default 16, at most 64.</summary>
    public int MaxRank { get; init; } = 16;
}

/// <summary>A safetensors file, or what is asked of it, is not as it should be; the message says where, and which two values disagree.</summary>
public sealed class SafetensorsException : Exception
{
    /// <summary>A refusal.</summary>
    /// <param name="message">One sentence for the person who brought the file.</param>
    /// <param name="inner">What it follows from, if anything.</param>
    public SafetensorsException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
