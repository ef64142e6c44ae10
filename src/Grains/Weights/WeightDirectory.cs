using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Learngene.Grains.Weights;

/// <summary>
/// What lies where under a root: <c>ab/abcdef....safetensors</c>, <c>incoming/</c> for what is not whole yet, <c>quarantine/</c> for
/// what is not what it says. All on one file system, so that a rename is atomic.
/// </summary>
internal sealed partial class WeightDirectory
{
    internal const string Extension = ".safetensors";

    internal WeightDirectory(string root)
    {
        Root = Path.GetFullPath(root);
        Incoming = Path.Combine(Root, "incoming");
        Quarantine = Path.Combine(Root, "quarantine");
        Directory.CreateDirectory(Incoming);
        Directory.CreateDirectory(Quarantine);
    }

    internal string Root { get; }

    internal string Incoming { get; }

    internal string Quarantine { get; }

    /// <summary>Where content lies. A reference may come from outside, so nothing but a hash becomes a path.</summary>
    internal string PathOf(WeightRef reference)
    {
        if (!Hash().IsMatch(reference.Sha256))
            throw new ArgumentException($"'{reference.Sha256}' is not a SHA-256 of 64 lower-case hexadecimal digits.", nameof(reference));
        return Path.Combine(Root, reference.Sha256[..2], reference.Sha256 + Extension);
    }

    /// <summary>Where an upload lies until it is whole; the length is in the name because nothing vouches for it yet.</summary>
    internal string UploadOf(WeightRef expected)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expected.Length, nameof(expected));
        return Path.Combine(Incoming, $"{Path.GetFileNameWithoutExtension(PathOf(expected))}-{expected.Length}.part");
    }

    internal string NewTemporary() => Path.Combine(Incoming, $"{Guid.NewGuid():N}.tmp");

    /// <summary>Every file that has the name of content.</summary>
    internal IEnumerable<FileInfo> Files() => new DirectoryInfo(Root).EnumerateDirectories("??")
        .SelectMany(directory => directory.EnumerateFiles($"*{Extension}"))
        .Where(file => Hash().IsMatch(Path.GetFileNameWithoutExtension(file.Name)));

    /// <summary>Gives a flushed file its name, durably.</summary>
    internal void Rename(string temporary, string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            Flush(Root);
        }

        File.Move(temporary, path, overwrite: true);
        Flush(directory);
    }

    /// <summary>Flushes the names in a directory, which .NET has no call for. Windows does it by itself.</summary>
    internal static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = open(directory, 0);
        if (descriptor < 0 || fsync(descriptor) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (descriptor >= 0)
                _ = close(descriptor);
            throw new IOException($"The names in '{directory}' could not be flushed to disk: {Marshal.GetPInvokeErrorMessage(error)}.");
        }

        _ = close(descriptor);
    }

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int descriptor);
}
