using StackExchange.Redis;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>A Redis of the tests, which keeps what it acknowledges.</summary>
public sealed class RedisServer : StorageServer
{
    public const string Password = "not-to-be-seen-either";

    public override string Clustering => "redis";

    public override string? Missing => WhyMissing;

    /// <summary>Why there is none here; null where there is.</summary>
    public static string? WhyMissing => Program is null ? "Redis is not installed (apt-get install redis-server)" : null;

    public string Connection => $"127.0.0.1:{Port},password={Password}";

    protected override string[] Command =>
        [Program!, "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--requirepass", Password];

    private static string? Program => Programs.Find("redis-server");

    /// <summary>The one that there is: clusters differ in their names.</summary>
    public override Task<string> NewDatabaseAsync() => Task.FromResult(Connection);

    protected override async Task<bool> AnswersAsync()
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
    public RedisFactAttribute() => Skip = RedisServer.WhyMissing;
}

/// <summary>Tests that need Redis, with cases.</summary>
public sealed class RedisTheoryAttribute : TheoryAttribute
{
    public RedisTheoryAttribute() => Skip = RedisServer.WhyMissing;
}
