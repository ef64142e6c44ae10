using System.Globalization;

namespace Learngene.Cli.Report;

/// <summary>Numbers as the report writes them.</summary>
internal static class Figures
{
    /// <summary>A share of 1 as percent.</summary>
    public static string Percent(double share) => Text(100 * share, "0.0") + "\u00a0%";

    /// <summary>Mean and deviation of shares, in percent without the sign.</summary>
    public static string Shares(Summary s) => Text(100 * s.Mean, "0.0") + (s.Deviation is { } d ? "\u00a0±\u00a0" + Text(100 * d, "0.0") : "");

    /// <summary>Mean and deviation of losses.</summary>
    public static string Losses(Summary s) => Text(s.Mean, "0.000") + (s.Deviation is { } d ? "\u00a0±\u00a0" + Text(d, "0.000") : "");

    /// <summary>A difference of shares in percentage points, with its sign.</summary>
    public static string Points(double difference) => Text(100 * difference, "+0.0;\u22120.0;0.0");

    /// <summary>Parameters or operations: 12.3 k, 1.2 M.</summary>
    public static string Count(double number) => number switch
    {
        < 1000 => Text(number, "0"),
        < 999_950 => Text(number / 1e3, "0.0") + "\u00a0k",
        < 999_950_000 => Text(number / 1e6, "0.0") + "\u00a0M",
        _ => Text(number / 1e9, "0.0") + "\u00a0G",
    };

    /// <summary>The same where round numbers are wanted: 50 k, 1.5 M.</summary>
    public static string Round(double number) => Count(number).Replace(".0\u00a0", "\u00a0");

    /// <summary>A number with one decimal where it needs one.</summary>
    public static string Whole(double number) => Text(number, "0.#");

    public static string Seconds(double seconds) => Text(seconds, seconds < 10 ? "0.0" : "#,0");

    /// <summary>1 seed, 3 seeds.</summary>
    public static string Number(int count, string one, string? many = null) => $"{Text(count, "#,0")} {(count == 1 ? one : many ?? one + "s")}";

    private static string Text(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
