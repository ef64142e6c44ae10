using Orleans.Storage;

namespace Learngene.Silo.Storage;

/// <summary>Settings of <see cref="SqliteGrainStorage"/>.</summary>
internal sealed class SqliteStorageOptions : IStorageProviderSerializerOptions
{
    /// <summary>The database file; required. Its directory is made if need be. One storage in one process may have it open.</summary>
    public string Path { get; set; } = "";

    /// <summary>Most writes in one transaction, 1 to 10,000; default 512.</summary>
    public int MaxBatch { get; set; } = 512;

    /// <summary>Most reads, and most writes, that wait their turn before callers wait for room, 1 to 1,000,000; default 8,192.</summary>
    public int QueueCapacity { get; set; } = 8_192;

    /// <summary>Size in bytes the file may grow to, at least 1,000,000; null, the default, for what the disk holds.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>How state becomes bytes; null, the default, for Orleans' binary serializer.</summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

    /// <summary>Refuses settings that cannot work.</summary>
    /// <param name="name">Name of the storage, for the message.</param>
    /// <exception cref="OrleansConfigurationException">A setting is out of its range.</exception>
    internal void Validate(string name)
    {
        if (string.IsNullOrWhiteSpace(Path))
            throw Refusal(name, nameof(Path), "is empty, name the database file");
        if (MaxBatch is < 1 or > 10_000)
            throw Refusal(name, nameof(MaxBatch), $"is {MaxBatch}, 1 to 10000 is allowed");
        if (QueueCapacity is < 1 or > 1_000_000)
            throw Refusal(name, nameof(QueueCapacity), $"is {QueueCapacity}, 1 to 1000000 is allowed");
        if (MaxBytes < 1_000_000)
            throw Refusal(name, nameof(MaxBytes), $"is {MaxBytes}, 1000000 or more is allowed");
    }

    private static OrleansConfigurationException Refusal(string name, string option, string what) =>
        new($"Grain storage '{name}': {option} {what}.");
}
