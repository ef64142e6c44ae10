using System.Diagnostics;
using System.Globalization;

namespace Learngene.Benchmarks;

/// <summary>How figures are taken and printed: medians of interleaved repetitions, with the quartiles as their noise.</summary>
internal static class Report
{
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    public static double Quantile(IEnumerable<double> values, double q)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)Math.Round(q * (sorted.Length - 1))];
    }

    /// <summary>Seconds that an action takes.</summary>
    public static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Runs the actions in turn, again and again after one round to warm up; the seconds of each.</summary>
    public static List<double>[] Interleaved(int times, params Action[] actions)
    {
        foreach (var action in actions) action();
        var seconds = actions.Select(_ => new List<double>()).ToArray();
        for (int i = 0; i < times; i++)
            for (int a = 0; a < actions.Length; a++)
                seconds[a].Add(Seconds(actions[a]));
        return seconds;
    }

    /// <summary>Ratios of what was measured side by side, one a repetition: the machine's mood cancels.</summary>
    public static IReadOnlyList<double> Ratios(IReadOnlyList<double> over, IReadOnlyList<double> under) => [.. over.Zip(under, (a, b) => a / b)];

    /// <summary>Median and quartiles as text.</summary>
    public static string Spread(IReadOnlyList<double> values, string format = "F1")
    {
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(Median(values))} ({Text(Quantile(values, 0.25))} to {Text(Quantile(values, 0.75))})";
    }

    /// <summary>The line that a figure is found by.</summary>
    public static void Line(string name, double value, string unit, string expected, string format = "F2") =>
        Console.WriteLine($"{name}: {value.ToString(format, CultureInfo.InvariantCulture)} {unit} (expected {expected})");

    /// <summary>Runs this program again with other arguments and environment; what it printed.</summary>
    public static string Child(string arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"'{arguments}' ended with {process.ExitCode}.");
    }

    /// <summary>The most memory this process has ever had, as the kernel counts it.</summary>
    public static long PeakBytes() =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
}
