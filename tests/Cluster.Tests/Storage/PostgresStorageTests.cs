using Learngene.Cluster.Tests.Servers;
using Learngene.Silo.Hosting;
using Learngene.Silo.Storage;
using Npgsql;

namespace Learngene.Cluster.Tests.Storage;

[Collection(OnPostgres.Name)]
public sealed class PostgresStorageTests(PostgresServer server)
{
    public static TheoryData<string, string?> Contract => ContractCases.All;

    [PostgresTheory(Timeout = 60_000), MemberData(nameof(Contract))]
    public async Task Grain_state_in_PostgreSQL(string test, string? argument)
    {
        string connection = await server.NewDatabaseAsync(), service = $"{Guid.NewGuid():N}";
        await PostgresSchema.MigrateAsync(connection, default);
        await ContractCases.RunAsync(() => new PostgresStates(NpgsqlDataSource.Create(connection), service), test, argument);
    }

    [PostgresFact(Timeout = 60_000)]
    public async Task A_migration_may_be_repeated_and_started_by_many_at_once()
    {
        string connection = await server.NewDatabaseAsync();
        var missing = await Assert.ThrowsAsync<StartupException>(() => PostgresSchema.RequireAsync(connection, default));
        Assert.Contains("learngene-silo migrate", missing.Message);
        // Connections that have seen that there is no schema, and are used again.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Assert.ThrowsAsync<StartupException>(() => PostgresSchema.RequireAsync(connection, default))));
        int[] found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgresSchema.MigrateAsync(connection, default)));
        Assert.Equal([0, .. Enumerable.Repeat(PostgresSchema.Version, 7)], found.Order());
        await PostgresSchema.RequireAsync(connection, default);
    }

    [PostgresFact(Timeout = 60_000)]
    public async Task A_schema_of_a_newer_program_is_neither_used_nor_changed()
    {
        string connection = await server.NewDatabaseAsync();
        await PostgresSchema.MigrateAsync(connection, default);
        await RunAsync(connection, "INSERT INTO learngene_schema (version) VALUES (99)");
        Assert.Contains("version 99, this program knows versions up to", (await Assert.ThrowsAsync<StartupException>(() => PostgresSchema.MigrateAsync(connection, default))).Message);
        Assert.Contains("start the newer program", (await Assert.ThrowsAsync<StartupException>(() => PostgresSchema.RequireAsync(connection, default))).Message);
    }

    [PostgresFact(Timeout = 60_000)]
    public async Task A_migration_that_breaks_off_leaves_nothing()
    {
        string connection = await server.NewDatabaseAsync();
        await RunAsync(connection, "CREATE TABLE learngene_reminder (somebody_elses text)");
        Assert.Contains("already exists", (await Assert.ThrowsAsync<StartupException>(() => PostgresSchema.MigrateAsync(connection, default))).Message);
        await RunAsync(connection, "DROP TABLE learngene_reminder");
        Assert.Equal(0, await PostgresSchema.MigrateAsync(connection, default));
    }

    [PostgresFact(Timeout = 30_000)]
    public async Task A_wrong_connection_is_told_without_its_password()
    {
        string wrong = server.Connection().Replace(PostgresServer.Password, "wrong-and-secret");
        var refusal = await Assert.ThrowsAsync<StartupException>(() => PostgresSchema.RequireAsync(Postgres.Bounded(wrong), default));
        Assert.Contains("password authentication failed", refusal.Message);
        Assert.DoesNotContain("wrong-and-secret", refusal.ToString());
        var malformed = Assert.Throws<StartupException>(() => Postgres.Bounded("Host=x;Passwort=secret-too"));
        Assert.DoesNotContain("secret-too", malformed.Message);
    }

    private static async Task RunAsync(string connection, string text)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(text);
        await command.ExecuteNonQueryAsync();
    }
}
