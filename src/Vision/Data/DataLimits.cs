namespace Learngene.Vision.Data;

/// <summary>What a data set may ask for before it is refused; files are untrusted, these numbers are the operator's.</summary>
public sealed record DataLimits
{
    /// <summary>The defaults.</summary>
    public static DataLimits Default { get; } = new();

    /// <summary>Images in one split, 1 or more. Default 20 million.</summary>
    public int MaxImages { get; init; } = 20_000_000;

    /// <summary>Height and width of an image as read, in pixels, 1 or more. Default 4,096.</summary>
    public int MaxSide { get; init; } = 4_096;

    /// <summary>Bytes of one split held in memory (IDX, CIFAR), 1 to <see cref="Array.MaxLength"/>. Default 2,000 million.</summary>
    public int MaxBytes { get; init; } = 2_000_000_000;

    /// <summary>Height x width of an image file before it is decoded (folders), 1 or more. Default 64 million.</summary>
    public long MaxFilePixels { get; init; } = 64_000_000;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentException">A limit is out of its range.</exception>
    internal void Check()
    {
        if (MaxImages < 1 || MaxSide < 1 || MaxBytes < 1 || MaxFilePixels < 1 || MaxBytes > Array.MaxLength)
            throw new ArgumentException($"{this}: every limit is at least 1, and MaxBytes at most {Array.MaxLength}.");
    }
}
