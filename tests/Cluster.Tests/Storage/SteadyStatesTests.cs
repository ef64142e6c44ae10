using Learngene.Cluster.Tests.Network;
using Learngene.Cluster.Tests.Servers;
using Learngene.Silo.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Runtime;
using StackExchange.Redis;

namespace Learngene.Cluster.Tests.Storage;

/// <summary>Servers of these tests are killed, so they are nobody else's.</summary>
public sealed class SteadyStatesTests
{
    [PostgresFact(Timeout = 120_000)]
    public async Task Writers_do_not_notice_that_PostgreSQL_crashes_and_comes_back()
    {
        var server = new PostgresServer();
        await server.InitializeAsync();
        await PostgresSchema.MigrateAsync(server.Connection(), default);
        await WriteThroughCrashesAsync(new PostgresStates(NpgsqlDataSource.Create(Postgres.Bounded(server.Connection())), "s"), server.CrashAsync, server.StartAsync);
        await server.DisposeAsync();
    }

    [RedisFact(Timeout = 120_000)]
    public async Task Writers_do_not_notice_that_Redis_is_killed_and_comes_back()
    {
        var server = new RedisServer();
        await server.InitializeAsync();
        await WriteThroughCrashesAsync(new RedisStates(await ConnectionMultiplexer.ConnectAsync(Redis.Options(server.Connection)), "s"), server.CrashAsync, server.StartAsync);
        await server.DisposeAsync();
    }

    [RedisFact(Timeout = 60_000)]
    public async Task A_storage_that_stays_away_is_told_in_bounded_time()
    {
        var server = new RedisServer();
        await server.InitializeAsync();
        await using var states = Steady(new RedisStates(await ConnectionMultiplexer.ConnectAsync(Redis.Options(server.Connection)), "s"));
        await server.CrashAsync();
        var away = await Assert.ThrowsAsync<StorageUnavailableException>(() => states.ReadAsync(StateKey.Of("state", GrainId.Create("a", "b")))).WaitAsync(TimeSpan.FromSeconds(25));
        Assert.DoesNotContain(RedisServer.Password, away.Message);
        await server.StartAsync();
        Assert.Null(await states.ReadAsync(StateKey.Of("state", GrainId.Create("a", "b"))));
        await server.DisposeAsync();
    }

    [PostgresFact(Timeout = 60_000)]
    public async Task A_storage_that_refuses_nothing_and_answers_nothing_is_told_in_bounded_time()
    {
        var server = new PostgresServer();
        await server.InitializeAsync();
        await PostgresSchema.MigrateAsync(server.Connection(), default);
        await using var network = new LoopbackNetwork(server);
        var key = StateKey.Of("state", GrainId.Create("a", "b"));
        await using (var states = Steady(new PostgresStates(NpgsqlDataSource.Create(Postgres.Bounded(network.Connection(server.Connection()))), "s")))
        {
            Assert.True((await states.WriteAsync(new(key, null, [1]))).Done);
            network.Part(Environment.ProcessId, Leads.ToStorage);
            await Assert.ThrowsAsync<StorageUnavailableException>(() => states.ReadAsync(key)).WaitAsync(TimeSpan.FromSeconds(25));
            network.Join();
            Assert.Equal([1], (await states.ReadAsync(key))!.Payload);
        }
        await server.DisposeAsync();
    }

    // 16 writers count, each its own row, while the server is killed three times: every count is there, none twice.
    private static async Task WriteThroughCrashesAsync(IStateStore inner, Func<Task> crash, Func<Task> start)
    {
        const int Crashes = 3;
        await using var states = Steady(inner);
        using var stop = new CancellationTokenSource();
        long[] counts = new long[16];
        var writers = counts.Select((_, w) => Task.Run(async () =>
        {
            var key = StateKey.Of("state", GrainId.Create("writer", $"{w}"));
            for (long? version = null; !stop.IsCancellationRequested;)
            {
                var outcome = await states.WriteAsync(new(key, version, BitConverter.GetBytes(counts[w] + 1)));
                Assert.True(outcome.Done, $"writer {w} expected version {version}, there is {outcome.Version}.");
                version = outcome.Version;
                counts[w]++;
            }
        })).ToArray();
        for (int i = 0; i < Crashes; i++)
        {
            long before = counts.Sum();
            await Programs.UntilAsync(() => Task.FromResult(counts.Sum() > before + 200), "writing");
            await crash();
            await start();
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        for (int w = 0; w < counts.Length; w++)
        {
            var stored = await states.ReadAsync(StateKey.Of("state", GrainId.Create("writer", $"{w}")));
            Assert.Equal((counts[w], counts[w]), (stored!.Version, BitConverter.ToInt64(stored.Payload)));
        }
    }

    private static SteadyStates Steady(IStateStore inner) => new(inner, TimeProvider.System, NullLogger<SteadyStates>.Instance);
}
