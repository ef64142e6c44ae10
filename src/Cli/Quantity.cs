using System.Globalization;

namespace Learngene.Cli;

/// <summary>Numbers as people write them: 3M parameters, 1.5G operations, 4MB, 8ms.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, double Factor)[] s_counts = [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)];
    private static readonly (string Suffix, double Factor)[] s_bytes =
        [("KiB", 1024), ("MiB", 1048576), ("GiB", 1073741824), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1), .. s_counts];
    private static readonly (string Suffix, double Factor)[] s_seconds = [("ms", 1e-3), ("us", 1e-6), ("s", 1)];

    /// <summary>A count, or null.</summary>
    public static long? Count(string text) => Whole(Number(text, s_counts));

    /// <summary>Bytes, or null.</summary>
    public static long? Bytes(string text) => Whole(Number(text, s_bytes));

    /// <summary>Seconds, or null; a number alone is seconds.</summary>
    public static double? Seconds(string text) => Number(text, s_seconds);

    private static long? Whole(double? number) => number is { } n && Math.Abs(n) < 9e18 ? (long)n : null;

    private static double? Number(string text, (string Suffix, double Factor)[] suffixes)
    {
        text = text.Trim();
        var (suffix, factor) = suffixes.FirstOrDefault(s => text.EndsWith(s.Suffix, StringComparison.Ordinal), ("", 1));
        return double.TryParse(text[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? Math.Round(number * factor, 12) : null;
    }
}
