namespace Learngene.Cli;

/// <summary>Files on this side.</summary>
internal static class LocalFiles
{
    /// <summary>The whole path of a file to read.</summary>
    public static string ToRead(string file) => File.Exists(file)
        ? Path.GetFullPath(file)
        : throw new UsageException(Directory.Exists(file) ? $"'{file}' is a directory; a safetensors file is wanted." : $"there is no file '{file}'; a safetensors file is wanted.");

    /// <summary>The whole path of a file to write; refused before any work where it could not be written after it.</summary>
    public static string ToWrite(string file)
    {
        if (file.Length == 0) throw new UsageException("-o names no file.");
        string whole = Path.GetFullPath(file), directory = Path.GetDirectoryName(whole) ?? whole;
        if (Directory.Exists(whole)) throw new UsageException($"-o '{file}' is a directory; name a file in it.");
        return Directory.Exists(directory) ? whole : throw new UsageException($"-o '{file}' is in a directory that does not exist; make '{directory}' first.");
    }

    /// <summary>Whether an argument that may be either means a file rather than a name in the repository.</summary>
    public static bool Means(string argument) => File.Exists(argument) || argument.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
}
