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
        OutOfMemoryException => $"there was not enough memory; ask for a smaller batch or model. ({e.Message})",
        _ => e.Message,
    });

    /// <summary>A message that may quote a hostile file: no control characters, no more than a paragraph.</summary>
    public static string Clean(string message)
    {
        string line = string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= Longest ? line : line[..Longest] + "...";
    }
}
