using System.Collections.Concurrent;
using System.Diagnostics;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>A silo in a process of its own, as an operator starts it; what it writes to standard error is kept.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _log = [];

    private SiloProcess(Process process) => Process = process;

    public Process Process { get; }
    public string Gateway { get; private set; } = "";
    public string Http { get; private set; } = "";
    public string Data { get; private set; } = "";
    public string Log => string.Join('\n', _log);

    /// <summary>Starts one; done when it is ready.</summary>
    public static async Task<SiloProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var silo = Begin(environment, arguments);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await silo.Process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            if (line.StartsWith("Learngene silo ready: gateway ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                (silo.Gateway, silo.Http, silo.Data) = (words[4], words[6], words[10]);
                silo._log.Enqueue(line);
                return silo;
            }
        await silo.Process.WaitForExitAsync();
        throw new InvalidOperationException($"the silo ended with {silo.Process.ExitCode}: {silo.Log}");
    }

    /// <summary>Runs the program to its end, whatever it is told to do; its exit code and what it wrote.</summary>
    public static async Task<(int Code, string Text)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        await using var silo = Begin(environment, arguments);
        string output = await silo.Process.StandardOutput.ReadToEndAsync();
        await silo.Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (silo.Process.ExitCode, output + silo.Log);
    }

    private static SiloProcess Begin(IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "learngene-silo.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var silo = new SiloProcess(Process.Start(start)!);
        silo._log.Enqueue($"process {silo.Process.Id}");
        silo.Process.ErrorDataReceived += (_, e) => silo._log.Enqueue(e.Data ?? "");
        silo.Process.BeginErrorReadLine();
        return silo;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!Process.HasExited) Process.Kill();
        await Process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; done when it has ended.</summary>
    public async Task TerminateAsync()
    {
        Programs.Signal(Process, Programs.Terminate);
        await Process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Process.Dispose();
    }
}
