namespace Learngene.Grains;

/// <summary>Bytes as people read them.</summary>
internal static class Sizes
{
    /// <summary>Such as <c>5.7 MB</c> or <c>16.0 GB</c>.</summary>
    public static string Text(long bytes) => bytes < 1_000_000_000 ? FormattableString.Invariant($"{bytes / 1e6:F1} MB") : FormattableString.Invariant($"{bytes / 1e9:F1} GB");
}
