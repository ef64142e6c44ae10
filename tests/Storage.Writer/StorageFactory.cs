using Learngene.Silo.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Learngene.Storage.Writer;

/// <summary>Opens a storage without a silo around it.</summary>
public static class StorageFactory
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    internal static SqliteGrainStorage Open(SqliteStorageOptions options)
    {
        var storage = new SqliteGrainStorage("Default", options, NewSerializer(), Services.GetRequiredService<IActivatorProvider>());
        storage.Open();
        return storage;
    }

    /// <summary>A storage over any store.</summary>
    internal static VersionedGrainStorage Over(Func<IStateStore> open)
    {
        var storage = new VersionedGrainStorage("Default", NewSerializer(), Services.GetRequiredService<IActivatorProvider>(), open);
        storage.Open();
        return storage;
    }

    private static OrleansGrainStorageSerializer NewSerializer() => new(Services.GetRequiredService<Serializer>());
}

/// <summary>What the writer writes: a number that only grows, and a length that differs between callers.</summary>
[GenerateSerializer, Alias("learngene.tests.written-state")]
public sealed class WrittenState
{
    /// <summary>Counts the writes of one caller.</summary>
    [Id(0)]
    public long Number { get; set; }

    /// <summary>Fills the row.</summary>
    [Id(1)]
    public byte[] Padding { get; set; } = [];
}
