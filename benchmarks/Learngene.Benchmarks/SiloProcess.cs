using System.Diagnostics;
using Learngene.Sdk;

namespace Learngene.Benchmarks;

/// <summary>An embedded silo as its user starts it: a process of its own on an empty directory, with ports of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-bench-").FullName;

    public SiloProcess()
    {
        string silo = Path.Combine(AppContext.BaseDirectory, "learngene-silo.dll");
        Started = Stopwatch.GetTimestamp();
        _process = Process.Start(new ProcessStartInfo("dotnet", [silo, "serve", "--data-dir", _directory, "--gateway-port", "0", "--silo-port", "0", "--http-port", "0"])
        {
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Where its HTTP side is, once it is connected to.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>A line of the system's figures for its memory, such as VmHWM, bytes.</summary>
    public long Memory(string figure) => 1024 * long.Parse(File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(figure + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Forgets its highest memory until now.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>When it was started.</summary>
    public long Started { get; }

    /// <summary>Waits for the line that says where it listens.</summary>
    public async Task<LearngeneClient> ConnectAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith("Learngene silo ready: gateway ", StringComparison.Ordinal))
            {
                Http = new(line.Split(' ')[6]);
                return await LearngeneClient.ConnectAsync(line.Split(' ')[4]);
            }
        throw new InvalidOperationException($"the silo ended with {_process.ExitCode} before it was ready.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
