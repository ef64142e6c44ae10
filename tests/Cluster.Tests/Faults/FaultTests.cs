using System.Globalization;
using Learngene.Cluster.Tests.Servers;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>How often each fault is inflicted, and where the times are written down: FAULTS=20 FAULTS_REPORT=file.</summary>
internal static class Times
{
    private static readonly Lock s_gate = new();

    public static int Each { get; } = int.TryParse(Environment.GetEnvironmentVariable("FAULTS"), out int times) ? times : 1;

    public static async Task RunAsync(FaultyCluster cluster, string storage, Fault fault)
    {
        for (int i = 1; i <= Each; i++)
            try
            {
                double served = await cluster.InflictAsync(fault, i);
                Note(string.Create(CultureInfo.InvariantCulture, $"{storage} {fault} {i} {served:F1}"));
                Assert.InRange(served, 0, 15);
            }
            catch (Exception e)
            {
                Note($"{storage} {fault} {i} FAILED {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
                await File.WriteAllTextAsync(Path.Combine(Path.GetTempPath(), $"learngene-fault-{storage}-{fault}-{i}.log"), $"{e}\n{cluster.Log}");
                throw;
            }
    }

    private static void Note(string line)
    {
        if (Environment.GetEnvironmentVariable("FAULTS_REPORT") is { Length: > 0 } file)
            lock (s_gate) File.AppendAllText(file, line + "\n");
    }
}

/// <summary>Faults on PostgreSQL.</summary>
public sealed class PostgresFaultTests(PostgresFaultTests.Fixture fixture) : IClassFixture<PostgresFaultTests.Fixture>
{
    [PostgresTheory(Timeout = 3_600_000), InlineData(Fault.Kill), InlineData(Fault.Freeze), InlineData(Fault.Drain), InlineData(Fault.KillAll), InlineData(Fault.Storage)]
    public Task Nothing_is_lost_or_counted_twice_on_PostgreSQL(Fault fault) => Times.RunAsync(fixture.Cluster, "postgres", fault);

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly PostgresServer _server = new();
        internal FaultyCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            if (PostgresServer.Program("initdb") is null) return;
            await _server.InitializeAsync();
            Cluster = new(new("postgres", _server.Connection()), _server.CrashAsync, _server.StartAsync);
            await Cluster.StartAsync();
        }

        public async Task DisposeAsync()
        {
            if (Cluster is not null) await Cluster.DisposeAsync();
            await _server.DisposeAsync();
        }
    }
}

/// <summary>Faults on Redis.</summary>
public sealed class RedisFaultTests(RedisFaultTests.Fixture fixture) : IClassFixture<RedisFaultTests.Fixture>
{
    [RedisTheory(Timeout = 3_600_000), InlineData(Fault.Kill), InlineData(Fault.Freeze), InlineData(Fault.Drain), InlineData(Fault.KillAll), InlineData(Fault.Storage)]
    public Task Nothing_is_lost_or_counted_twice_on_Redis(Fault fault) => Times.RunAsync(fixture.Cluster, "redis", fault);

    public sealed class Fixture : IAsyncLifetime
    {
        private readonly RedisServer _server = new();
        internal FaultyCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            if (RedisServer.Program is null) return;
            await _server.InitializeAsync();
            Cluster = new(new("redis", _server.Connection), _server.CrashAsync, _server.StartAsync);
            await Cluster.StartAsync();
        }

        public async Task DisposeAsync()
        {
            if (Cluster is not null) await Cluster.DisposeAsync();
            await _server.DisposeAsync();
        }
    }
}
