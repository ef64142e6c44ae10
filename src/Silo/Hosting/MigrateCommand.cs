using System.CommandLine;
using Learngene.Silo.Storage;

namespace Learngene.Silo.Hosting;

/// <summary>migrate: makes the cluster's database what this program needs, and ends.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Creates or upgrades the schema of the cluster's database; may be repeated. Example: migrate --clustering postgres --connection-file db.txt");
        var options = SiloSettings.Options();
        foreach (var option in options) command.Add(option);
        command.SetAction((parsed, token) => RunAsync(SiloSettings.Read(parsed, options, "appsettings.json"), token));
        return command;
    }

    private static async Task<int> RunAsync(SiloSettings settings, CancellationToken token)
    {
        string done = settings.Clustering switch
        {
            "postgres" => Said(await PostgresSchema.MigrateAsync(Postgres.Bounded(settings.ReadConnection()), token)),
            "redis" => "Redis needs no schema; nothing to do.",
            _ => throw new StartupException("an embedded silo upgrades its file by itself; migrate is for --clustering postgres."),
        };
        Console.WriteLine(done);
        return 0;
    }

    private static string Said(int there) => there switch
    {
        0 => $"The schema is there, version {PostgresSchema.Version}.",
        PostgresSchema.Version => $"The schema was version {there} already; nothing to do.",
        _ => $"The schema was version {there} and is version {PostgresSchema.Version} now.",
    };
}
