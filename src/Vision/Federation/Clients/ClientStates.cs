using System.Globalization;

namespace Learngene.Vision.Federation;

/// <summary>
/// What a client keeps between rounds, in a directory of its own, one file a round: the last two, so that a round that is trained again
/// after a crash starts from what it started from before, and gives the same bytes. Files are written beside their place and renamed.
/// </summary>
/// <param name="directory">Made when something is written.</param>
public sealed class ClientStates(string directory)
{
    private const string Extension = ".state";

    /// <summary>What was kept after the last round before this one; null where there is none.</summary>
    public byte[]? Before(int round)
    {
        int last = Rounds().Where(r => r < round).DefaultIfEmpty(0).Max();
        return last == 0 ? null : File.ReadAllBytes(PathOf(last));
    }

    /// <summary>Keeps what is kept after a round, and that of the round before it; older is removed.</summary>
    public void Keep(int round, ReadOnlySpan<byte> state)
    {
        Directory.CreateDirectory(directory);
        string temporary = $"{PathOf(round)}.{Guid.NewGuid():N}.tmp"; // on a shared directory another machine may train the same client
        using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(state);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, PathOf(round), overwrite: true);
        foreach (string left in Directory.EnumerateFiles(directory, "*.tmp"))
            if (int.TryParse(Path.GetFileName(left).Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int of) && of < round) File.Delete(left);
        foreach (int older in Rounds().Where(r => r < round).OrderDescending().Skip(1).ToList()) File.Delete(PathOf(older));
    }

    private IEnumerable<int> Rounds() => !Directory.Exists(directory) ? [] : Directory.EnumerateFiles(directory, "*" + Extension)
        .Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out int round) ? round : 0).Where(r => r > 0);

    private string PathOf(int round) => Path.Combine(directory, round.ToString(CultureInfo.InvariantCulture) + Extension);
}
