using System.Diagnostics;
using System.Text.Json;
using Learngene.Silo.Hosting;

namespace Learngene.Grains.Tests.Deploy;

/// <summary>A real Prometheus on loopback, with the rules of <c>deploy/</c>; it scrapes silos as the job <c>learngene</c> and looks every second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("learngene-prometheus-");
    private readonly HttpClient _http;
    private readonly Process _process;
    private readonly Task<string[]> _said;

    /// <param name="rules">The text of the alerts.</param>
    /// <param name="targets">Where silos have their metrics, <c>HOST:PORT</c>.</param>
    public PrometheusServer(string rules, params string[] targets)
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "rules.yaml"), rules);
        string config = Path.Combine(_directory.FullName, "prometheus.yaml");
        File.WriteAllText(config, $"""
            global: {"{"}scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s{"}"}
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: learngene
                static_configs: [{"{"}targets: ["{string.Join("\", \"", targets)}"]{"}"}]
            """);
        string address = $"127.0.0.1:{Clustering.FreePorts((System.Net.IPAddress.Loopback, 0, "prometheus"))[0]}";
        _http = new() { BaseAddress = new($"http://{address}/") };
        _process = Process.Start(new ProcessStartInfo(Program,
            [$"--config.file={config}", $"--storage.tsdb.path={Path.Combine(_directory.FullName, "data")}", $"--web.listen-address={address}", "--log.level=error"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        _said = Task.WhenAll(_process.StandardError.ReadToEndAsync(), _process.StandardOutput.ReadToEndAsync());
    }

    /// <summary>Whether there is a Prometheus here.</summary>
    public static bool IsThere => File.Exists(Program);

    /// <summary>What the API answers to <c>api/v1/PATH</c>: its data.</summary>
    /// <exception cref="InvalidOperationException">It answers that this was no good, with its words.</exception>
    public async Task<JsonElement> AskAsync(string path)
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync($"api/v1/{path}"));
        return answer.RootElement.GetProperty("data").Clone();
    }

    /// <summary>The series that an expression has now.</summary>
    public async Task<int> SeriesAsync(string expression) => (await AskAsync($"query?query={Uri.EscapeDataString(expression)}")).GetProperty("result").GetArrayLength();

    /// <summary>Asks until something holds, for a minute at most.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (long start = Stopwatch.GetTimestamp(); ; await Task.Delay(100))
        {
            try
            {
                if (await holds()) return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // Not listening yet.
            }
            if (_process.HasExited || Stopwatch.GetElapsedTime(start) > TimeSpan.FromMinutes(1)) Assert.Fail($"not within a minute: {what}; {(_process.HasExited ? $"Prometheus ended: {string.Concat(await _said)}" : "Prometheus runs")}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _said;
        _process.Dispose();
        _http.Dispose();
        _directory.Delete(recursive: true);
    }
}

/// <summary>A test with a real Prometheus, where one is installed.</summary>
public sealed class PrometheusFactAttribute : FactAttribute
{
    public PrometheusFactAttribute()
    {
        if (!PrometheusServer.IsThere) Skip = "there is no Prometheus here";
    }
}
