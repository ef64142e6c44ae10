using System.Reflection;
using Learngene.Silo.Hosting;
using Npgsql;

namespace Learngene.Silo.Storage;

/// <summary>
/// The database's schema, in versions from 1 on. A migration is one transaction under one lock: two operators may start it at once, and one
/// that breaks off leaves the schema as it was.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>The version that this program works with.</summary>
    public const int Version = 1;

    private const long Lock = 0x6C6561726E67656E; // any number that nobody else uses
    private const string Remedy = "run 'learngene-silo migrate' with the same --clustering and connection";

    /// <summary>Creates or upgrades the schema.</summary>
    /// <returns>The version there was, 0 for none.</returns>
    /// <exception cref="StartupException">The database does not answer, or its schema is of a newer program.</exception>
    public static Task<int> MigrateAsync(string connection, CancellationToken token) => WithAsync(connection, async database =>
    {
        await using var transaction = await database.BeginTransactionAsync(token);
        await RunAsync(database, $"SELECT pg_advisory_xact_lock({Lock})", token);
        int there = await ReadAsync(database, token);
        if (there > Version) throw Newer(there);
        if (there == 0) await RunAsync(database, "CREATE TABLE learngene_schema (version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())", token);
        for (int version = there + 1; version <= Version; version++)
        {
            await RunAsync(database, await TextAsync(version, token), token);
            await RunAsync(database, $"INSERT INTO learngene_schema (version) VALUES ({version})", token);
        }
        await transaction.CommitAsync(token);
        return there;
    }, token);

    /// <summary>Refuses to go on with a schema that is missing, older or newer.</summary>
    /// <exception cref="StartupException">One sentence that says what to do.</exception>
    public static Task RequireAsync(string connection, CancellationToken token) => WithAsync(connection, async database => await ReadAsync(database, token) switch
    {
        Version => true,
        0 => throw new StartupException($"the database has no schema; {Remedy}."),
        > Version and var newer => throw Newer(newer),
        var older => throw new StartupException($"the database's schema is version {older}, this program needs {Version}; {Remedy}."),
    }, token);

    private static async Task<T> WithAsync<T>(string connection, Func<NpgsqlConnection, Task<T>> work, CancellationToken token)
    {
        try
        {
            await using var database = new NpgsqlConnection(connection);
            await database.OpenAsync(token);
            return await work(database);
        }
        catch (NpgsqlException e)
        {
            throw new StartupException($"PostgreSQL cannot be used: {(e is PostgresException server ? server.MessageText : e.Message)}");
        }
    }

    private static StartupException Newer(int there) =>
        new($"the database's schema is version {there}, this program knows versions up to {Version}; start the newer program, or restore a backup from before it.");

    // The highest version applied, 0 where there is no schema.
    private static async Task<int> ReadAsync(NpgsqlConnection database, CancellationToken token)
    {
        // Read from the catalogue's table and not by to_regclass, which remembers in a connection that there was none, also after the wait for the lock.
        await using var exists = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'learngene_schema' AND n.nspname = current_schema())", database);
        if (await exists.ExecuteScalarAsync(token) is not true) return 0;
        await using var version = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM learngene_schema", database);
        return (int)(await version.ExecuteScalarAsync(token))!;
    }

    private static async Task<string> TextAsync(int version, CancellationToken token)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"schema-{version}.sql")!);
        return await reader.ReadToEndAsync(token);
    }

    private static async Task RunAsync(NpgsqlConnection database, string text, CancellationToken token)
    {
        await using var command = new NpgsqlCommand(text, database);
        await command.ExecuteNonQueryAsync(token);
    }
}
