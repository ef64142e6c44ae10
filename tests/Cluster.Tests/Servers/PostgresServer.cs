using Npgsql;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>A PostgreSQL of the tests.</summary>
public sealed class PostgresServer : StorageServer
{
    public const string Password = "not-to-be-seen-anywhere";

    public override string Clustering => "postgres";

    public override string? Missing => WhyMissing;

    /// <summary>Why there is none here; null where there is.</summary>
    public static string? WhyMissing => Program("initdb") is null ? "PostgreSQL is not installed (apt-get install postgresql)" : null;

    protected override string[] Command =>
        AsUser(Program("postgres")!, "-D", Path.Combine(Folder, "data"), "-p", $"{Port}", "-h", "127.0.0.1", "-k", Folder, "-c", "logging_collector=off", "-c", "max_connections=300");

    protected override int Crash => Programs.Quit;

    /// <summary>Where Debian and others put its programs.</summary>
    public static string? Program(string name) => Programs.Find(name,
        Directory.Exists("/usr/lib/postgresql") ? [.. Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(d => Path.Combine(d, "bin"))] : []);

    public string Connection(string database = "postgres") => $"Host=127.0.0.1;Port={Port};Username=learngene;Password={Password};Database={database}";

    public override async Task<string> NewDatabaseAsync()
    {
        string name = $"t{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(Connection() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return Connection(name);
    }

    protected override async Task PrepareAsync()
    {
        string passwords = Path.Combine(Folder, "password");
        await File.WriteAllTextAsync(passwords, Password);
        if (Environment.UserName == "root") await Programs.RunAsync("chown", "-R", "postgres", Folder);
        string[] command = AsUser(Program("initdb")!, "-D", Path.Combine(Folder, "data"), "-U", "learngene", "-A", "scram-sha-256", "--pwfile", passwords, "--no-locale", "-E", "UTF8");
        await Programs.RunAsync(command[0], command[1..]);
    }

    protected override async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(Connection() + ";Pooling=false;Timeout=2");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // PostgreSQL does not run as root.
    private static string[] AsUser(params string[] command) =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", .. command] : command;
}

/// <summary>Tests that share a PostgreSQL.</summary>
[CollectionDefinition(Name)]
public sealed class OnPostgres : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}

/// <summary>A test that needs PostgreSQL.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.WhyMissing;
}

/// <summary>Tests that need PostgreSQL, with cases.</summary>
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = PostgresServer.WhyMissing;
}
