using System.Diagnostics;
using Npgsql;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>A PostgreSQL of the tests: its own directory, a free port, a password; can be killed and started again.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    public const string Password = "not-to-be-seen-anywhere";
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-postgres-").FullName;
    private readonly int _port = Programs.FreePort();
    private Process? _process;

    /// <summary>Where Debian and others put its programs.</summary>
    public static string? Program(string name) => Programs.Find(name,
        Directory.Exists("/usr/lib/postgresql") ? [.. Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(d => Path.Combine(d, "bin"))] : []);

    public string Connection(string database = "postgres") => $"Host=127.0.0.1;Port={_port};Username=learngene;Password={Password};Database={database}";

    public async Task InitializeAsync()
    {
        if (Program("initdb") is not { } initdb) return;
        string passwords = Path.Combine(_directory, "password");
        await File.WriteAllTextAsync(passwords, Password);
        if (Environment.UserName == "root") await Programs.RunAsync("chown", "-R", "postgres", _directory);
        string[] command = [.. AsUser(initdb, "-D", Path.Combine(_directory, "data"), "-U", "learngene", "-A", "scram-sha-256", "--pwfile", passwords, "--no-locale", "-E", "UTF8")];
        await Programs.RunAsync(command[0], command[1..]);
        await StartAsync();
    }

    /// <summary>Starts it, also after it was killed; done when it takes connections.</summary>
    public async Task StartAsync()
    {
        string[] command = [.. AsUser(Program("postgres")!, "-D", Path.Combine(_directory, "data"), "-p", $"{_port}", "-h", "127.0.0.1", "-k", _directory, "-c", "logging_collector=off", "-c", "max_connections=300")];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        await Programs.UntilAsync(async () =>
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
        }, "PostgreSQL's start");
    }

    /// <summary>Ends it as a crash does: nothing is written any more, the next start recovers from its log.</summary>
    public async Task CrashAsync()
    {
        Programs.Signal(_process!, Programs.Quit);
        await _process!.WaitForExitAsync();
    }

    /// <summary>A database of its own; its connection.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        string name = $"t{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(Connection() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return Connection(name);
    }

    public async Task DisposeAsync()
    {
        if (_process is { HasExited: false }) await CrashAsync();
        Directory.Delete(_directory, recursive: true);
    }

    // PostgreSQL does not run as root.
    private static IEnumerable<string> AsUser(params string[] command) =>
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
    public PostgresFactAttribute() => Skip = PostgresServer.Program("initdb") is null ? "PostgreSQL is not installed (apt-get install postgresql)" : null;
}

/// <summary>Tests that need PostgreSQL, with cases.</summary>
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = new PostgresFactAttribute().Skip;
}
