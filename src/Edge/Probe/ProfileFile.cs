using Learngene.Vision;

namespace Learngene.Edge.Probe;

/// <summary>A profile on the disk: the whole of it, or nothing.</summary>
internal sealed class ProfileFile
{
    private readonly string _temporary;

    /// <summary>Refuses a place where it could not be written, before anything is measured.</summary>
    public ProfileFile(string path)
    {
        if (path.Length == 0) throw new InvalidInputException("-o names no file.");
        Path = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(Path)) throw new InvalidInputException($"-o '{path}' is a directory; name a file in it.");
        string directory = System.IO.Path.GetDirectoryName(Path) ?? Path;
        if (!Directory.Exists(directory)) throw new InvalidInputException($"-o '{path}' is in a directory that does not exist; make '{directory}' first.");
        _temporary = $"{Path}.{Environment.ProcessId}.tmp";
        using var trial = new FileStream(_temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>Where it goes.</summary>
    public string Path { get; }

    /// <summary>Writes it beside its place and moves it there.</summary>
    public void Write(string json)
    {
        try
        {
            File.WriteAllText(_temporary, json + "\n");
            File.Move(_temporary, Path, overwrite: true);
        }
        finally
        {
            File.Delete(_temporary);
        }
    }
}
