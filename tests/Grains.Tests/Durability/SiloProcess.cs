using System.Diagnostics;
using Learngene.Sdk;

namespace Learngene.Grains.Tests.Durability;

/// <summary>A silo in a process of its own, as a user starts it, to be killed.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SiloProcess(Process process, LearngeneClient client) => (_process, Client) = (process, client);

    public LearngeneClient Client { get; }

    public static async Task<SiloProcess> StartAsync(string dataDirectory, params string[] more)
    {
        var process = Process.Start(StartInfo(dataDirectory, more))!;
        string? line = await process.StandardOutput.ReadLineAsync();
        Assert.StartsWith("Learngene silo ready: gateway ", line);
        return new(process, await LearngeneClient.ConnectAsync(line!.Split(' ')[4]));
    }

    /// <summary>Starts one that is to end by itself; its code, and what it said.</summary>
    public static async Task<(int Code, string Output, string Error)> RunToEndAsync(string dataDirectory, params string[] more)
    {
        var start = StartInfo(dataDirectory, more);
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, (await said)[0], (await said)[1]);
    }

    private static ProcessStartInfo StartInfo(string dataDirectory, string[] more) => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "learngene-silo.dll"), "serve",
        "--data-dir", dataDirectory, "--gateway-port", "0", "--silo-port", "0", "--http-port", "0", "--threads", "1", .. more]) { RedirectStandardOutput = true };

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await Client.DisposeAsync();
    }

    /// <summary>Waits until a job has come to a step.</summary>
    public async Task UntilAsync(string job, long step)
    {
        await foreach (var status in Client.Jobs.WatchAsync(job))
            if (status.Step >= step) break;
    }

    /// <summary>SIGTERM, as from systemd or Kubernetes; how it ended and how long that took.</summary>
    public async Task<(int Code, TimeSpan Time)> TerminateAsync()
    {
        long begun = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        var time = Stopwatch.GetElapsedTime(begun);
        await Client.DisposeAsync();
        return (_process.ExitCode, time);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }
}
