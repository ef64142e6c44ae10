using Learngene.Cluster.Tests.Servers;
using Learngene.Silo.Hosting;
using Learngene.Silo.Storage;
using StackExchange.Redis;

namespace Learngene.Cluster.Tests.Storage;

[Collection(OnRedis.Name)]
public sealed class RedisStorageTests(RedisServer server)
{
    public static TheoryData<string, string?> Contract => ContractCases.All;

    [RedisTheory(Timeout = 60_000), MemberData(nameof(Contract))]
    public Task Grain_state_in_Redis(string test, string? argument)
    {
        string service = $"{Guid.NewGuid():N}";
        return ContractCases.RunAsync(() => new RedisStates(ConnectionMultiplexer.Connect(Redis.Options(server.Connection)), service), test, argument);
    }

    [RedisFact(Timeout = 30_000)]
    public async Task It_is_told_whether_Redis_keeps_what_it_acknowledges()
    {
        Assert.True(await Redis.RequireAsync(server.Connection));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(server.Connection);
        await redis.GetDatabase().ExecuteAsync("CONFIG", "SET", "appendfsync", "everysec");
        Assert.False(await Redis.RequireAsync(server.Connection));
        await redis.GetDatabase().ExecuteAsync("CONFIG", "SET", "appendfsync", "always");
    }

    [RedisFact(Timeout = 30_000)]
    public async Task A_wrong_connection_is_told_without_its_password()
    {
        var refusal = await Assert.ThrowsAsync<StartupException>(() => Redis.RequireAsync(server.Connection.Replace(RedisServer.Password, "wrong-and-secret")));
        Assert.DoesNotContain("wrong-and-secret", refusal.ToString());
        Assert.DoesNotContain("secret-too", Assert.Throws<StartupException>(() => Redis.Options("x:1,passwort=secret-too")).Message);
    }
}
