using System.Diagnostics;
using StackExchange.Redis;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>A Redis of the tests, which keeps what it acknowledges; can be killed and started again.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    public const string Password = "not-to-be-seen-either";
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-redis-").FullName;
    private readonly int _port = Programs.FreePort();
    private Process? _process;

    public static string? Program => Programs.Find("redis-server");

    public string Connection => $"127.0.0.1:{_port},password={Password}";

    public Task InitializeAsync() => Program is null ? Task.CompletedTask : StartAsync();

    /// <summary>Starts it, also after it was killed; done when it answers.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(Program!, ["--port", $"{_port}", "--bind", "127.0.0.1", "--dir", _directory, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--requirepass", Password])
            { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        await Programs.UntilAsync(async () =>
        {
            try
            {
                await using var redis = await ConnectionMultiplexer.ConnectAsync(Connection + ",connectTimeout=1000");
                await redis.GetDatabase().PingAsync();
                return true;
            }
            catch (RedisException)
            {
                return false;
            }
        }, "Redis' start");
    }

    /// <summary>kill -9.</summary>
    public async Task CrashAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false }) await CrashAsync();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>Tests that share a Redis.</summary>
[CollectionDefinition(Name)]
public sealed class OnRedis : ICollectionFixture<RedisServer>
{
    public const string Name = "Redis";
}

/// <summary>A test that needs Redis.</summary>
public sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute() => Skip = RedisServer.Program is null ? "Redis is not installed (apt-get install redis-server)" : null;
}

/// <summary>Tests that need Redis, with cases.</summary>
public sealed class RedisTheoryAttribute : TheoryAttribute
{
    public RedisTheoryAttribute() => Skip = new RedisFactAttribute().Skip;
}
