using System.Diagnostics;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>A server that clusters of the tests keep their state on: a directory of its own, a free port, a password; can be killed and started again.</summary>
public abstract class StorageServer : IAsyncLifetime
{
    private Process? _process;

    /// <summary>What --clustering calls it.</summary>
    public abstract string Clustering { get; }

    /// <summary>Why there is none here; null where there is.</summary>
    public abstract string? Missing { get; }

    protected string Folder { get; } = Directory.CreateTempSubdirectory("learngene-storage-").FullName;

    public int Port { get; } = Programs.FreePort();

    /// <summary>The program and its arguments.</summary>
    protected abstract string[] Command { get; }

    /// <summary>The signal on which it ends as in a crash.</summary>
    protected virtual int Crash => Programs.Kill;

    /// <summary>A place of its own for a cluster; its connection.</summary>
    public abstract Task<string> NewDatabaseAsync();

    public async Task InitializeAsync()
    {
        if (Missing is not null) return;
        await PrepareAsync();
        await StartAsync();
    }

    /// <summary>Starts it, also after it was killed; done when it takes connections.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(Command[0], Command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Programs.UntilAsync(AnswersAsync, $"{Clustering}'s start");
    }

    /// <summary>Ends it as a crash does: nothing is written any more, the next start recovers from its log.</summary>
    public async Task CrashAsync()
    {
        Programs.Signal(_process!, Crash);
        await _process!.WaitForExitAsync();
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false }) await CrashAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>What has to be done once, before the first start.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Whether it takes connections.</summary>
    protected abstract Task<bool> AnswersAsync();
}
