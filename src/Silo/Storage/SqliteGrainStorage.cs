using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Learngene.Silo.Storage;

/// <summary>Grain state in one SQLite file: fast under many callers.</summary>
internal sealed class SqliteGrainStorage : VersionedGrainStorage
{
    /// <summary>A storage that is not open yet.</summary>
    /// <param name="name">Its name among the silo's storages.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="serializer">Used unless the settings name another.</param>
    /// <param name="activators">Make the state of a grain that has none stored.</param>
    public SqliteGrainStorage(string name, SqliteStorageOptions options, OrleansGrainStorageSerializer serializer, IActivatorProvider activators)
        : base(name, options.GrainStorageSerializer ?? serializer, activators, () => new SqliteStateFile(options)) => options.Validate(name);

    /// <summary>Transactions committed since it was opened.</summary>
    internal long Commits => ((SqliteStateFile)Store).Commits;
}
