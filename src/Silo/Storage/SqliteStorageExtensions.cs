using Microsoft.Extensions.Options;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Learngene.Silo.Storage;

/// <summary>Registers <see cref="SqliteGrainStorage"/>.</summary>
internal static class SqliteStorageExtensions
{
    /// <summary>Adds grain storage in a SQLite file, opened when the silo starts and closed when it stops.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="name">Name of the storage; <c>Default</c> is what grains get that name none.</param>
    /// <param name="configure">Sets at least the path.</param>
    /// <returns>The silo.</returns>
    internal static ISiloBuilder AddSqliteGrainStorage(this ISiloBuilder builder, string name, Action<SqliteStorageOptions> configure)
    {
        builder.Services.AddOptions<SqliteStorageOptions>(name).Configure(configure);
        builder.Services.AddGrainStorage(name, Create);
        return builder;
    }

    private static SqliteGrainStorage Create(IServiceProvider services, string name) => ActivatorUtilities.CreateInstance<SqliteGrainStorage>(
        services,
        name,
        services.GetRequiredService<IOptionsMonitor<SqliteStorageOptions>>().Get(name),
        ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(services));
}
