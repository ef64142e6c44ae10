using Learngene.Silo.Hosting;
using Npgsql;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using StackExchange.Redis;

namespace Learngene.Silo.Storage;

/// <summary>Where grain state is: a file of this process, or the cluster's PostgreSQL or Redis.</summary>
internal static class GrainStorage
{
    private static readonly GrainId s_nobody = GrainId.Create("learngene.ready", "-");
    private const string Default = ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;

    /// <summary>Adds the storage that grains get which name none.</summary>
    public static void AddGrainState(this ISiloBuilder silo, SiloSettings settings, string connection, string stateFile)
    {
        if (!settings.Clustered) silo.AddSqliteGrainStorage(Default, o => o.Path = stateFile);
        else
            silo.Services.AddGrainStorage(Default, (services, name) => new VersionedGrainStorage(
                name, ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(services), services.GetRequiredService<IActivatorProvider>(),
                () => new SteadyStates(Open(settings, connection), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<SteadyStates>>())));
    }

    /// <summary>Refuses to start on a storage that does not answer, or whose schema is not this program's.</summary>
    /// <exception cref="StartupException">One sentence that says what to do.</exception>
    public static async Task RequireAsync(SiloSettings settings, string connection, ILogger log, CancellationToken token)
    {
        if (settings.Clustering == "postgres") await PostgresSchema.RequireAsync(Postgres.Bounded(connection), token);
        if (settings.Clustering == "redis" && await Redis.RequireAsync(connection) == false)
            log.LogWarning("Redis does not write what it acknowledges to its disk at once, so a crash of the server may lose work that was shown as done; set 'appendonly yes' and 'appendfsync always'");
    }

    /// <summary>Returns when the storage has answered a question.</summary>
    public static Task AskAsync(IServiceProvider services) =>
        ((VersionedGrainStorage)services.GetRequiredKeyedService<IGrainStorage>(Default)).Store.ReadAsync(StateKey.Of("ready", s_nobody));

    private static IStateStore Open(SiloSettings settings, string connection) => settings.Clustering == "postgres"
        ? new PostgresStates(NpgsqlDataSource.Create(Postgres.Bounded(connection)), settings.ServiceId)
        : new RedisStates(ConnectionMultiplexer.Connect(Redis.Options(connection)), settings.ServiceId);
}
