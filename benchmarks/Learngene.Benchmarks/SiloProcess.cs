using System.Diagnostics;
using Learngene.Sdk;

namespace Learngene.Benchmarks;

/// <summary>
/// A silo as its user starts it: a process of its own on an empty directory, with ports of its own; embedded unless told otherwise. Held to one core it
/// sees no other, as on a machine that has one.
/// </summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly long s_ticks = 100; // a second's; Linux has no other value for programs
    private readonly Process _process;
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-bench-").FullName;

    public SiloProcess(IReadOnlyDictionary<string, string>? environment = null, int? core = null, params string[] more)
    {
        Started = Stopwatch.GetTimestamp();
        _process = Process.Start(Command(environment, core, ["serve", "--data-dir", _directory, "--gateway-port", "0", "--silo-port", "0", "--http-port", "0", .. more]))!;
    }

    /// <summary>Where clients of Orleans connect, once it is ready.</summary>
    public string Gateway { get; private set; } = "";

    /// <summary>Where its HTTP side is, once it is connected to.</summary>
    public Uri Http { get; private set; } = null!;

    /// <summary>A line of the system's figures for its memory, such as VmHWM, bytes.</summary>
    public long Memory(string figure) => 1024 * long.Parse(File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(figure + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Forgets its highest memory until now.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{_process.Id}/clear_refs", "5");

    /// <summary>When it was started.</summary>
    public long Started { get; }

    /// <summary>Seconds of processor time until now.</summary>
    public double Cpu => CpuOf(_process.Id);

    /// <summary>Seconds of processor time of any process until now.</summary>
    public static double CpuOf(int process)
    {
        string[] words = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(words[11], System.Globalization.CultureInfo.InvariantCulture) + long.Parse(words[12], System.Globalization.CultureInfo.InvariantCulture)) / (double)s_ticks;
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Process.Start(Command(environment, null, arguments))!;
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}: {said}");
    }

    private static ProcessStartInfo Command(IReadOnlyDictionary<string, string>? environment, int? core, string[] arguments)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "learngene-silo.dll"), .. arguments];
        if (core is { } held) command = ["taskset", "-c", $"{held}", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return start;
    }

    /// <summary>Waits for the line that says where it listens, and connects.</summary>
    public async Task<LearngeneClient> ConnectAsync()
    {
        await ReadyAsync();
        return await LearngeneClient.ConnectAsync(Gateway);
    }

    /// <summary>Waits for the line that says where it listens.</summary>
    public async Task ReadyAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith("Learngene silo ready: gateway ", StringComparison.Ordinal))
            {
                (Gateway, Http) = (line.Split(' ')[4], new(line.Split(' ')[6]));
                return;
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
