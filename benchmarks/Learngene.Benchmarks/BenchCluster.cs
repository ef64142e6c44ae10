using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Learngene.Sdk;
using Learngene.Sdk.Connecting;

namespace Learngene.Benchmarks;

/// <summary>Silos of one thread each on a Redis of their own, in processes and on directories of their own.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-bench-").FullName;
    private readonly int _redis = FreePort();
    private readonly List<Process> _processes = [];

    public async Task<LearngeneClient> StartAsync(int silos)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "redis"));
        _processes.Add(Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{_redis}", "--bind", "127.0.0.1", "--dir", Path.Combine(_directory, "redis"), "--appendonly", "yes", "--save", ""])
            { RedirectStandardOutput = true })!);
        await Silo("migrate", "--clustering", "redis").WaitForExitAsync();
        var gateways = new List<string>();
        for (int i = 0; i < silos; i++)
        {
            var silo = Silo("serve", "--clustering", "redis", "--cluster-id", "bench", "--service-id", "bench", "--shared-dir", Path.Combine(_directory, "shared"),
                "--data-dir", Path.Combine(_directory, $"silo-{i}"), "--gateway-port", "0", "--silo-port", "0", "--http-port", "0", "--threads", "1", "--hosted-slots", "1");
            while (await silo.StandardOutput.ReadLineAsync() is { } line)
                if (line.StartsWith("Learngene silo ready: gateway ", StringComparison.Ordinal))
                {
                    gateways.Add(line.Split(' ')[4]);
                    break;
                }
        }
        return await LearngeneClient.ConnectAsync(new ClusterConnection { Cluster = string.Join(',', gateways), ClusterId = "bench" });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_directory, recursive: true);
    }

    private Process Silo(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "learngene-silo.dll"), .. arguments]) { RedirectStandardOutput = true };
        (start.Environment["LEARNGENE_CONNECTION"], start.Environment["DOTNET_ENVIRONMENT"]) = ($"127.0.0.1:{_redis}", "Development");
        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
