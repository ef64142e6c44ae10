using Learngene.Grains.Weights;

namespace Learngene.Grains.Jobs;

/// <summary>What a user is told when a job fails.</summary>
internal static class JobError
{
    private const int Longest = 600;

    /// <summary>One sentence that says what happened and what to do.</summary>
    public static string Sentence(Exception e, string job) => Clean(e switch
    {
        WeightStoreUnavailableException => $"{e.Message.TrimEnd('.')}; when it answers, 'learngene jobs resume {job}' goes on from the last checkpoint.",
        IOException io when io.IsDiskFull() =>
            $"the disk is full; free some space, then 'learngene jobs resume {job}' goes on from the last checkpoint. ({io.Message})",
        _ when IsOutOfMemory(e) => $"there was not enough memory; ask for a smaller batch or model, or for a device with more (--memory). ({e.Message})",
        _ => e.Message,
    });

    /// <summary>Whether there was no memory left, of the process or of a device: libtorch says so in words.</summary>
    public static bool IsOutOfMemory(Exception e) => e is OutOfMemoryException
        || (e is System.Runtime.InteropServices.ExternalException && (e.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("not enough memory", StringComparison.Ordinal)
            || e.Message.Contains("can't allocate memory", StringComparison.Ordinal)));

    /// <summary>A message that may quote a hostile file: no control characters, no more than a paragraph.</summary>
    public static string Clean(string message)
    {
        string line = string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= Longest ? line : line[..Longest] + "...";
    }
}
