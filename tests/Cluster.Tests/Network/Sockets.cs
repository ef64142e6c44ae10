using System.Globalization;

namespace Learngene.Cluster.Tests.Network;

/// <summary>Whose TCP sockets are whose, as the system tells it.</summary>
internal static class Sockets
{
    /// <summary>The sockets of a process: the port it has here and the one of the other side, which is 0 where it listens.</summary>
    public static IReadOnlySet<(int Here, int There)> Of(int process)
    {
        var inodes = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(Target).Where(t => t.StartsWith("socket:[", StringComparison.Ordinal)).Select(t => t[8..^1]).ToHashSet();
        return new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(f => File.ReadLines(f).Skip(1))
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => inodes.Contains(w[9])).Select(w => (Port(w[1]), Port(w[2]))).ToHashSet();
    }

    private static int Port(string address) => int.Parse(address[(address.IndexOf(':') + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return ""; // closed meanwhile
        }
    }
}
