using Microsoft.Data.Sqlite;

namespace Learngene.Silo.Storage;

/// <summary>Opens the database file: alone, with the journal and the schema it must have.</summary>
internal static class SqliteSetup
{
    internal const long SchemaVersion = 1;

    /// <summary>Keeps other processes out for as long as the result is open.</summary>
    internal static FileStream Lock(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"Grain storage '{path}' cannot be locked; another silo may have it open: stop it, or use another data directory.", e);
        }
    }

    /// <summary>The connection that writes: WAL, flushed at each commit, schema made or checked.</summary>
    internal static SqliteConnection OpenForWriting(SqliteStorageOptions options) => Open(options.Path, connection =>
    {
        CheckSchema(connection, options.Path);
        if ((string?)Scalar(connection, "PRAGMA journal_mode = WAL") != "wal")
            throw new InvalidOperationException($"Grain storage '{options.Path}' is on a file system without shared memory, which SQLite's WAL needs; use another data directory.");
        Scalar(connection, "PRAGMA synchronous = FULL");
        Scalar(connection, "PRAGMA journal_size_limit = 67108864");
        if (options.MaxBytes is { } most)
            Scalar(connection, $"PRAGMA max_page_count = {most / (long)Scalar(connection, "PRAGMA page_size")!}");
        if ((long)Scalar(connection, "PRAGMA user_version")! == 0)
            Scalar(connection, $"BEGIN IMMEDIATE; {StateTable.Schema} PRAGMA user_version = {SchemaVersion}; COMMIT;");
    });

    /// <summary>The connection that reads.</summary>
    internal static SqliteConnection OpenForReading(SqliteStorageOptions options) =>
        Open(options.Path, connection => Scalar(connection, "PRAGMA query_only = 1"));

    private static SqliteConnection Open(string path, Action<SqliteConnection> setUp)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            setUp(connection);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new IOException($"Grain storage '{path}' cannot be opened: {e.Message}", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void CheckSchema(SqliteConnection connection, string path)
    {
        var version = (long)Scalar(connection, "PRAGMA user_version")!;
        if (version > SchemaVersion)
            throw new InvalidOperationException($"Grain storage '{path}' has schema version {version}, this program knows versions up to {SchemaVersion}; start the newer program, or use another data directory.");
        if (version == 0 && (long)Scalar(connection, "SELECT count(*) FROM sqlite_master")! > 0)
            throw new InvalidOperationException($"'{path}' is a database of something else (schema version 0, but tables in it); use another data directory.");
    }

    private static object? Scalar(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }
}
