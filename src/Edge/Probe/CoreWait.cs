using System.Globalization;

namespace Learngene.Edge.Probe;

/// <summary>How long this thread has waited for a core that other work had: no part of a model's own time.</summary>
internal static class CoreWait
{
    // "running waiting slices", in nanoseconds; Linux only.
    private const string Counters = "/proc/thread-self/schedstat";
    private static readonly bool s_known = File.Exists(Counters);

    /// <summary>Seconds so far; 0 where the system does not tell.</summary>
    public static double Seconds => s_known && File.ReadAllText(Counters).Split(' ') is [_, var waited, ..]
        ? double.Parse(waited, NumberStyles.None, CultureInfo.InvariantCulture) / 1e9
        : 0;
}
