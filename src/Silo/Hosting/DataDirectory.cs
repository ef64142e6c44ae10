using System.Globalization;
using System.Security.Cryptography;

namespace Learngene.Silo.Hosting;

/// <summary>What a silo keeps for itself (an embedded one: everything), under one directory that one process uses at a time.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    /// <summary>Makes the directory if need be and takes it.</summary>
    /// <exception cref="StartupException">Another process has it, or it cannot be written.</exception>
    public DataDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        string lockFile = System.IO.Path.Combine(Path, "lock"), pidFile = System.IO.Path.Combine(Path, "pid");
        try
        {
            Directory.CreateDirectory(Path);
            _lock = new(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string holder = File.Exists(pidFile) && File.Exists(lockFile) ? $" (process {File.ReadAllText(pidFile)})" : "";
            throw new StartupException($"data directory {Path} is in use by another silo{holder} or cannot be written; stop that one, or name another with --data-dir. ({e.Message})");
        }
    }

    public string Path { get; }
    public string StateFile => System.IO.Path.Combine(Path, "state.db");
    public string WeightCache => System.IO.Path.Combine(Path, "weight-cache");

    /// <summary>Where federations' rounds are: beside the rest, or in the directory that all silos see.</summary>
    public string Federations(string shared) => System.IO.Path.Combine(shared.Length > 0 ? System.IO.Path.GetFullPath(shared) : Path, "federations");

    /// <summary>Where weights are, likewise.</summary>
    public string Weights(string shared) => System.IO.Path.Combine(shared.Length > 0 ? System.IO.Path.GetFullPath(shared) : Path, "weights");

    /// <summary>The key of this directory's tickets, made at first use.</summary>
    public byte[] TicketKey()
    {
        string file = System.IO.Path.Combine(Path, "ticket.key");
        if (!File.Exists(file))
        {
            using var stream = OperatingSystem.IsWindows()
                ? new FileStream(file, FileMode.CreateNew)
                : new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            stream.Write(RandomNumberGenerator.GetBytes(32));
        }
        byte[] key = File.ReadAllBytes(file);
        return key.Length >= 32 ? key : throw new StartupException($"{file} is damaged ({key.Length} bytes instead of 32); delete it and start again.");
    }

    public void Dispose() => _lock.Dispose();
}
