using Microsoft.Data.Sqlite;

namespace Learngene.Silo.Storage;

/// <summary>The statements on the table of states, prepared once, for one connection and the one thread that uses it.</summary>
internal sealed class StateTable : IDisposable
{
    // A version is never given out twice for a row, not even after it was removed: a new row starts above the highest version removed.
    internal const string Schema = """
        CREATE TABLE state (
          type BLOB NOT NULL, key BLOB NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, payload BLOB NOT NULL,
          UNIQUE (key, type, name));
        CREATE TABLE removed (version INTEGER NOT NULL);
        INSERT INTO removed VALUES (0);
        """;

    private const string Row = "key = $key AND type = $type AND name = $name";
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _read, _version, _insert, _update, _delete, _removed, _begin, _commit, _rollback;

    internal StateTable(SqliteConnection connection)
    {
        _connection = connection;
        _read = Prepare($"SELECT version, payload FROM state WHERE {Row}");
        _version = Prepare($"SELECT version FROM state WHERE {Row}");
        _insert = Prepare("INSERT INTO state SELECT $type, $key, $name, version + 1, $payload FROM removed WHERE true ON CONFLICT DO NOTHING RETURNING version", "$payload");
        _update = Prepare($"UPDATE state SET version = version + 1, payload = $payload WHERE {Row} AND version = $version", "$payload", "$version");
        _delete = Prepare($"DELETE FROM state WHERE {Row} AND version = $version", "$version");
        _removed = connection.CreateCommand();
        _removed.CommandText = "UPDATE removed SET version = max(version, $version)";
        _removed.Parameters.Add("$version", SqliteType.Integer);
        _begin = Plain("BEGIN IMMEDIATE");
        _commit = Plain("COMMIT");
        _rollback = Plain("ROLLBACK");
    }

    /// <summary>Reads a row.</summary>
    internal StoredState? Read(StateKey key)
    {
        using var row = Bind(_read, key).ExecuteReader();
        return row.Read() ? new StoredState(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>Does a write inside the current transaction.</summary>
    internal WriteOutcome Apply(StateWrite write) => (write.Expected, write.Payload) switch
    {
        (null, null) => new(Version(write.Key) is null, Version(write.Key)),
        (null, { } payload) => Insert(write.Key, payload),
        ({ } expected, null) => Delete(write.Key, expected),
        ({ } expected, { } payload) => Update(write.Key, expected, payload),
    };

    internal void Begin() => _begin.ExecuteNonQuery();

    internal void Commit() => _commit.ExecuteNonQuery();

    /// <summary>Undoes the transaction, if SQLite has not done so itself.</summary>
    internal void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            _rollback.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_read, _version, _insert, _update, _delete, _removed, _begin, _commit, _rollback])
            command.Dispose();
    }

    private WriteOutcome Insert(StateKey key, byte[] payload)
    {
        Bind(_insert, key).Parameters["$payload"].Value = payload;
        return _insert.ExecuteScalar() is long version ? new(true, version) : new(false, Version(key));
    }

    private WriteOutcome Update(StateKey key, long expected, byte[] payload)
    {
        Bind(_update, key).Parameters["$payload"].Value = payload;
        _update.Parameters["$version"].Value = expected;
        return _update.ExecuteNonQuery() == 1 ? new(true, expected + 1) : new(false, Version(key));
    }

    private WriteOutcome Delete(StateKey key, long expected)
    {
        Bind(_delete, key).Parameters["$version"].Value = expected;
        if (_delete.ExecuteNonQuery() == 0)
            return new(false, Version(key));
        _removed.Parameters["$version"].Value = expected;
        _removed.ExecuteNonQuery();
        return new(true, null);
    }

    private long? Version(StateKey key) => (long?)Bind(_version, key).ExecuteScalar();

    private static SqliteCommand Bind(SqliteCommand command, StateKey key)
    {
        command.Parameters[0].Value = key.Type;
        command.Parameters[1].Value = key.Key;
        command.Parameters[2].Value = key.Name;
        return command;
    }

    private SqliteCommand Prepare(string text, params string[] more)
    {
        var command = Plain(text);
        foreach (var name in (string[])["$type", "$key", "$name", .. more])
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    private SqliteCommand Plain(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }
}
