using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using StackExchange.Redis;

namespace Learngene.Benchmarks;

/// <summary>What a storage has done and holds.</summary>
/// <param name="Rows">Grain states.</param><param name="Bytes">That they take, indexes and all.</param><param name="Written">Bytes written to its log since it began.</param><param name="Cpu">Seconds of its processor time; it is on this machine.</param>
internal sealed record StorageFigures(long Rows, long Bytes, long Written, double Cpu);

/// <summary>
/// What the silos of a benchmark keep their state on: the PostgreSQL or Redis in SCALE_CONNECTION, which should be empty, or a Redis that is started here
/// and writes everything down before it answers.
/// </summary>
internal sealed class ScaleStorage : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-bench-redis-").FullName;
    private readonly Process? _process;

    public ScaleStorage()
    {
        Connection = Environment.GetEnvironmentVariable("SCALE_CONNECTION") ?? "";
        if (Connection.Length > 0) return;
        int port = FreePort();
        _process = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", _directory, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--auto-aof-rewrite-percentage", "0"]) { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        Connection = $"127.0.0.1:{port}";
    }

    public string Connection { get; }

    /// <summary>What --clustering calls it.</summary>
    public string Clustering => Connection.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? "postgres" : "redis";

    /// <summary>Its figures now, after what it had to write has been written.</summary>
    public Task<StorageFigures> FiguresAsync() => Clustering == "postgres" ? PostgresAsync() : RedisAsync();

    private async Task<StorageFigures> PostgresAsync()
    {
        await using var source = NpgsqlDataSource.Create(Connection);
        await using var command = source.CreateCommand("SELECT count(*), pg_total_relation_size('learngene_state'), (pg_current_wal_lsn() - '0/0')::bigint FROM learngene_state");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), await CpuAsync(source));
    }

    // Of the connections that there are, and of those that write in the background; the pools of the silos keep theirs.
    private static async Task<double> CpuAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()");
        await using var row = await command.ExecuteReaderAsync();
        double cpu = 0;
        while (await row.ReadAsync()) cpu += SiloProcess.CpuOf(row.GetInt32(0));
        return cpu;
    }

    private async Task<StorageFigures> RedisAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Connection);
        var database = redis.GetDatabase();
        var info = ((string)(await database.ExecuteAsync("INFO"))!).Split("\r\n").Where(l => l.Contains(':', StringComparison.Ordinal)).Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1]);
        return new((long)await database.ExecuteAsync("DBSIZE"), long.Parse(info["used_memory"], CultureInfo.InvariantCulture), long.Parse(info["aof_current_size"], CultureInfo.InvariantCulture), SiloProcess.CpuOf(int.Parse(info["process_id"], CultureInfo.InvariantCulture)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        Directory.Delete(_directory, recursive: true);
    }
}
