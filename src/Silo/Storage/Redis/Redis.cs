using Learngene.Silo.Hosting;
using StackExchange.Redis;

namespace Learngene.Silo.Storage;

/// <summary>How Redis is reached.</summary>
internal static class Redis
{
    private const int Milliseconds = 5_000;

    /// <summary>The connection as StackExchange.Redis writes it, which goes on trying where nobody answers.</summary>
    /// <exception cref="StartupException">It is no connection; the sentence does not repeat it.</exception>
    public static ConfigurationOptions Options(string connection)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connection, ignoreUnknown: false);
            if (options.EndPoints.Count == 0) throw new StartupException("connection names no host; 'redis.example:6379,password=...,ssl=true' is the form.");
            options.AbortOnConnectFail = false;
            if (!connection.Contains("connectTimeout=", StringComparison.OrdinalIgnoreCase)) options.ConnectTimeout = Milliseconds;
            if (!connection.Contains("asyncTimeout=", StringComparison.OrdinalIgnoreCase)) options.AsyncTimeout = Milliseconds;
            // A call while nobody is connected fails at once and is tried again by us, who know which ones may be.
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.ReconnectRetryPolicy = new LinearRetry(500);
            options.ClientName ??= "learngene-silo";
            return options;
        }
        catch (Exception e) when (e is ArgumentException or FormatException) // the message may quote a secret
        {
            throw new StartupException("connection is not one of Redis; 'redis.example:6379,password=...,ssl=true' is the form.");
        }
    }

    /// <summary>Refuses to start where the server does not answer; says whether it keeps what it acknowledges (null where it does not tell).</summary>
    /// <exception cref="StartupException">It does not answer, or does not let us in.</exception>
    public static async Task<bool?> RequireAsync(string connection)
    {
        var options = Options(connection);
        options.AbortOnConnectFail = true;
        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
            await redis.GetDatabase().PingAsync();
            return await KeepsAsync(redis);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new StartupException($"Redis cannot be used: {e.Message}");
        }
    }

    private static async Task<bool?> KeepsAsync(ConnectionMultiplexer redis)
    {
        try
        {
            var answer = (RedisResult[])(await redis.GetDatabase().ExecuteAsync("CONFIG", "GET", "append*"))!;
            var values = answer.Chunk(2).ToDictionary(p => (string)p[0]!, p => (string)p[1]!);
            return values.GetValueOrDefault("appendonly") == "yes" && values.GetValueOrDefault("appendfsync") == "always";
        }
        catch (RedisServerException)
        {
            return null; // a managed server keeps its settings to itself
        }
    }
}
