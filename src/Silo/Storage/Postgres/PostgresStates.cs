using Npgsql;
using NpgsqlTypes;

namespace Learngene.Silo.Storage;

/// <summary>Grain state in a table of PostgreSQL: one statement a write, which is its own transaction.</summary>
/// <param name="source">Connections to the database.</param>
/// <param name="service">Keeps the states of several services in one database apart.</param>
internal sealed class PostgresStates(NpgsqlDataSource source, string service) : IStateStore
{
    private const string Row = "service = $1 AND key = $2 AND type = $3 AND name = $4";
    private const string Select = $"SELECT version, payload FROM learngene_state WHERE {Row} AND payload IS NOT NULL";
    // A removed row keeps its version, so that none is given out twice.
    private const string Insert = """
        INSERT INTO learngene_state AS s (service, key, type, name, version, payload) VALUES ($1, $2, $3, $4, 1, $5)
        ON CONFLICT (service, key, type, name) DO UPDATE SET version = s.version + 1, payload = excluded.payload WHERE s.payload IS NULL RETURNING version
        """;
    private const string Update = $"UPDATE learngene_state SET version = version + 1, payload = $5 WHERE {Row} AND version = $6 AND payload IS NOT NULL RETURNING version";
    private const string Remove = $"UPDATE learngene_state SET payload = NULL WHERE {Row} AND version = $5 AND payload IS NOT NULL RETURNING version";

    public async Task<StoredState?> ReadAsync(StateKey key)
    {
        await using var command = Command(Select, key);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() ? new(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : null;
    }

    public async Task<WriteOutcome> WriteAsync(StateWrite write)
    {
        if (write.Payload is null && write.Expected is null)
            return await VersionAsync(write.Key) is var there && there is null ? new(true, null) : new(false, there);
        await using var command = Command(write.Payload is null ? Remove : write.Expected is null ? Insert : Update, write.Key);
        if (write.Payload is { } payload) command.Parameters.Add(new() { Value = payload, NpgsqlDbType = NpgsqlDbType.Bytea });
        if (write.Expected is { } expected) command.Parameters.Add(new() { Value = expected, NpgsqlDbType = NpgsqlDbType.Bigint });
        if (await command.ExecuteScalarAsync() is long version) return new(true, write.Payload is null ? null : version);
        return new(false, await VersionAsync(write.Key));
    }

    public bool IsPassing(Exception failure) => Postgres.IsPassing(failure);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<long?> VersionAsync(StateKey key) => (await ReadAsync(key))?.Version;

    private NpgsqlCommand Command(string text, StateKey key)
    {
        var command = source.CreateCommand(text);
        command.Parameters.Add(new() { Value = service, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = key.Key, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = key.Type, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = System.Text.Encoding.UTF8.GetBytes(key.Name), NpgsqlDbType = NpgsqlDbType.Bytea }); // text holds no NUL
        return command;
    }
}
