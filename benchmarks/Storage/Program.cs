using System.Diagnostics;
using System.Runtime.InteropServices;
using Learngene.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Learngene.Benchmarks.Storage;

/// <summary>Durable writes a second of the embedded grain storage, and the speed of safetensors files against plain ones. Usage: [DIRECTORY] [SECONDS].</summary>
public static class Program
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    /// <summary>Runs it.</summary>
    /// <param name="args">A directory on the disk to measure, and seconds a case; default a temporary directory and 5.</param>
    /// <returns>Done when measured.</returns>
    public static async Task Main(string[] args)
    {
        var directory = args.Length > 0 ? Directory.CreateDirectory(args[0]) : Directory.CreateTempSubdirectory("learngene-bench-");
        var seconds = args.Length > 1 ? int.Parse(args[1]) : 5;
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
        Console.WriteLine("| callers | writes/s | p50 ms | p99 ms | writes a commit | CPU us a write |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var callers in (int[])[1, 64, 512])
            await MeasureWrites(Path.Combine(directory.FullName, $"bench-{callers}.db"), callers, TimeSpan.FromSeconds(seconds));
        Files.Measure(directory.FullName);
    }

    private static async Task MeasureWrites(string path, int callers, TimeSpan time)
    {
        var serializer = new OrleansGrainStorageSerializer(Services.GetRequiredService<Serializer>());
        await using var storage = new SqliteGrainStorage("bench", new SqliteStorageOptions { Path = path }, serializer, Services.GetRequiredService<IActivatorProvider>());
        storage.Open();
        await Run(storage, callers, TimeSpan.FromSeconds(1));
        var (cpu, commits, watch) = (Environment.CpuUsage.TotalTime, storage.Commits, Stopwatch.StartNew());
        var latencies = await Run(storage, callers, time);
        var (count, elapsed) = (latencies.Count, watch.Elapsed.TotalSeconds);
        var cpuEach = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count;
        latencies.Sort();
        Console.WriteLine($"| {callers} | {count / elapsed:N0} | {latencies[count / 2]:N2} | {latencies[count * 99 / 100]:N2} | {(double)count / (storage.Commits - commits):N1} | {cpuEach:N0} |");
    }

    private static async Task<List<double>> Run(SqliteGrainStorage storage, int callers, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            var latencies = new List<double>();
            for (var i = 0; watch.Elapsed < time; i++)
            {
                // Each caller goes round 100 grains of its own: first inserts, then updates.
                var grain = GrainId.Create("bench", $"{caller}/{i % 100}");
                var state = new GrainState<BenchState>();
                await storage.ReadStateAsync("state", grain, state);
                state.State = new BenchState { Bytes = new byte[400] };
                var start = watch.Elapsed;
                await storage.WriteStateAsync("state", grain, state);
                latencies.Add((watch.Elapsed - start).TotalMilliseconds);
            }

            return latencies;
        }));
        return [.. all.SelectMany(l => l)];
    }
}

/// <summary>About 410 bytes, like a client's profile.</summary>
[GenerateSerializer, Alias("learngene.benchmarks.state")]
public sealed class BenchState
{
    /// <summary>The bytes.</summary>
    [Id(0)]
    public byte[] Bytes { get; set; } = [];
}
