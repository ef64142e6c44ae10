using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Learngene.Silo.Storage;

/// <summary>Grain state in Redis: one hash a row, changed by a script, which runs alone.</summary>
/// <param name="connection">The connection; belongs to the store.</param>
/// <param name="service">Keeps the states of several services in one server apart.</param>
internal sealed class RedisStates(IConnectionMultiplexer connection, string service) : IStateStore
{
    // A removed row keeps its version, so that none is given out twice. Answers whether it was done, and the version there is ('' for none).
    private const string Change = """
        local version = redis.call('HGET', KEYS[1], 'version')
        local there = redis.call('HEXISTS', KEYS[1], 'payload') == 1
        if (there and version or '') ~= ARGV[1] then return { 0, there and version or '' } end
        if #ARGV == 2 then
          local next = string.format('%.0f', (tonumber(version) or 0) + 1)
          redis.call('HSET', KEYS[1], 'version', next, 'payload', ARGV[2])
          return { 1, next }
        end
        if there then redis.call('HDEL', KEYS[1], 'payload') end
        return { 1, '' }
        """;

    private readonly IDatabase _database = connection.GetDatabase();

    public async Task<StoredState?> ReadAsync(StateKey key)
    {
        var row = await _database.HashGetAsync(Key(key), ["version", "payload"]);
        return row[1].IsNull ? null : new((long)row[0], (byte[])row[1]!);
    }

    public async Task<WriteOutcome> WriteAsync(StateWrite write)
    {
        RedisValue expected = write.Expected?.ToString(CultureInfo.InvariantCulture) ?? "";
        RedisValue[] arguments = write.Payload is { } payload ? [expected, payload] : [expected];
        var answer = (RedisResult[])(await _database.ScriptEvaluateAsync(Change, [Key(write.Key)], arguments))!;
        string version = (string)answer[1]!;
        return new((int)answer[0] == 1, version.Length == 0 ? null : long.Parse(version, CultureInfo.InvariantCulture));
    }

    public bool IsPassing(Exception failure) => failure switch
    {
        RedisConnectionException or RedisTimeoutException or TimeoutException => true,
        RedisServerException e => e.Message.StartsWith("LOADING", StringComparison.Ordinal) || e.Message.StartsWith("READONLY", StringComparison.Ordinal) // starts, or is a replica now
            || e.Message.StartsWith("MASTERDOWN", StringComparison.Ordinal) || e.Message.StartsWith("CLUSTERDOWN", StringComparison.Ordinal) || e.Message.StartsWith("TRYAGAIN", StringComparison.Ordinal),
        _ => false,
    };

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    // Lengths in front, so that no two keys run together.
    private RedisKey Key(StateKey key)
    {
        byte[] name = Encoding.UTF8.GetBytes(key.Name);
        byte[] front = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{service}/learngene-state/{key.Type.Length}.{name.Length}/"));
        return (byte[])[.. front, .. key.Type, .. name, .. key.Key];
    }
}
