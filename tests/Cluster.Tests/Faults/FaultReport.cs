using System.Globalization;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>
/// How often each fault is inflicted, and where that is written down: FAULTS=20 FAULTS_AT_ONCE=4 FAULTS_REPORT=file inflicts each 20 times, up to four
/// times upon one job and federation, and leaves out what the file says has been done.
/// </summary>
internal static class FaultReport
{
    private static readonly string? s_file = Environment.GetEnvironmentVariable("FAULTS_REPORT");

    public static int Wanted { get; } = Number("FAULTS", 1);

    /// <summary>Most faults upon one job and federation.</summary>
    public static int AtOnce { get; } = Math.Min(Wanted, Number("FAULTS_AT_ONCE", 1));

    /// <summary>Of a fault: how often it has been inflicted, and the last run in which it was.</summary>
    public static (int Hits, int Run) Done(string storage, Fault fault)
    {
        if (s_file is null || !File.Exists(s_file)) return (0, 0);
        var lines = File.ReadLines(s_file).Select(l => l.Split(' ')).Where(w => w[0] == storage && w[1] == fault.ToString()).ToList();
        return (lines.Count(w => w[3] != "FAILED"), lines.Count == 0 ? 0 : lines.Max(w => int.Parse(w[2], CultureInfo.InvariantCulture)));
    }

    /// <summary>Writes down a run whose results were right.</summary>
    public static void Write(string storage, Fault fault, int run, IReadOnlyList<Hit> hits)
    {
        if (s_file is null) return;
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        File.AppendAllLines(s_file, hits.Select((h, i) => string.Create(CultureInfo.InvariantCulture, $"{storage} {fault} {run} {h.Served:F1} load {load} {h.How}").TrimEnd()));
    }

    /// <summary>Writes down one whose results were not, with the silos' logs beside.</summary>
    public static void Write(string storage, Fault fault, int run, Exception failure, string log)
    {
        File.WriteAllText(Path.Combine(Path.GetTempPath(), $"learngene-fault-{storage}-{fault}-{run}.log"), $"{failure}\n{log}");
        if (s_file is not null) File.AppendAllText(s_file, $"{storage} {fault} {run} FAILED {failure.GetType().Name}: {failure.Message.ReplaceLineEndings(" ")}\n");
    }

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int number) ? number : otherwise;
}
