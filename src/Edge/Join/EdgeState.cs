using System.Globalization;
using Learngene.Vision;
using Learngene.Vision.Federation;

namespace Learngene.Edge.Join;

/// <summary>What an edge client keeps between runs, in a directory that one process uses at a time.</summary>
internal sealed class EdgeState
{
    private readonly string _directory;

    public EdgeState(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        Client = new(Path.Combine(directory, "rounds"));
    }

    /// <summary>What the client keeps for itself after each round.</summary>
    public ClientStates Client { get; }

    /// <summary>Whether it has taken part before.</summary>
    public bool HasTrained => Client.Before(int.MaxValue) is not null;

    /// <summary>Takes the directory.</summary>
    /// <exception cref="InvalidInputException">Another process has it.</exception>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(Path.Combine(_directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidInputException($"--state-dir {_directory} is in use by another client; stop that one, or name another directory. ({e.Message})");
        }
    }

    /// <summary>The contribution to a round that was trained but not acknowledged; null where there is none.</summary>
    public byte[]? Pending(int round) => File.Exists(PendingPath(round)) ? File.ReadAllBytes(PendingPath(round)) : null;

    /// <summary>Keeps a contribution until it is acknowledged.</summary>
    public void SetPending(int round, byte[] upload)
    {
        ClearPending();
        string temporary = Path.Combine(_directory, "upload.tmp");
        using (var stream = new FileStream(temporary, FileMode.Create))
        {
            stream.Write(upload);
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, PendingPath(round), overwrite: true);
    }

    /// <summary>Forgets what was acknowledged, or came too late.</summary>
    public void ClearPending()
    {
        foreach (string file in Directory.EnumerateFiles(_directory, "*.upload")) File.Delete(file);
    }

    private string PendingPath(int round) => Path.Combine(_directory, round.ToString(CultureInfo.InvariantCulture) + ".upload");
}
