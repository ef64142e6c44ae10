using System.Net.Sockets;
using Learngene.Silo.Hosting;
using Npgsql;

namespace Learngene.Silo.Storage;

/// <summary>How PostgreSQL is reached, and which of its failures pass.</summary>
internal static class Postgres
{
    private const int ConnectSeconds = 5, CommandSeconds = 5, KeepAliveSeconds = 5;

    /// <summary>The connection string with bounds on waiting, where it names none itself. Several hosts and a wish for the primary among them stay as they are.</summary>
    /// <exception cref="StartupException">It is no connection string; the sentence does not repeat it.</exception>
    public static string Bounded(string connection)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connection);
            if (!builder.ContainsKey("Timeout")) builder.Timeout = ConnectSeconds;
            if (!builder.ContainsKey("Command Timeout")) builder.CommandTimeout = CommandSeconds;
            if (!builder.ContainsKey("Keepalive")) builder.KeepAlive = KeepAliveSeconds;
            if (!builder.ContainsKey("Application Name")) builder.ApplicationName = "learngene-silo";
            if (string.IsNullOrEmpty(builder.Host)) throw new StartupException("connection names no host; 'Host=db.example;Database=learngene;Username=learngene;Password=...' is the form.");
            return builder.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException) // the message may quote a secret
        {
            throw new StartupException("connection is not one of PostgreSQL; 'Host=db.example;Database=learngene;Username=learngene;Password=...' is the form.");
        }
    }

    /// <summary>Whether a failure passes by itself: a connection that broke, a server that is down, restarts or fails over, a deadlock.</summary>
    public static bool IsPassing(Exception failure) => failure switch
    {
        // read_only_sql_transaction: the server has become a standby; another one is the primary now.
        PostgresException { SqlState: "25006" } => true,
        NpgsqlException { IsTransient: true } or SocketException or TimeoutException or EndOfStreamException => true,
        PostgresException => false,
        NpgsqlException { InnerException: { } inner } => inner is IOException || IsPassing(inner),
        IOException => true,
        _ => false,
    };
}
