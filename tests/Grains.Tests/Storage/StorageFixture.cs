using Learngene.Silo.Storage;
using Learngene.Storage.Writer;

namespace Learngene.Grains.Tests.Storage;

/// <summary>A storage on a file of its own.</summary>
internal sealed class StorageFixture : StorageUnderTest
{
    private readonly DirectoryInfo _directory;

    internal StorageFixture(long? maxBytes = null) : this(Directory.CreateTempSubdirectory("storage-"), maxBytes) { }

    private StorageFixture(DirectoryInfo directory, long? maxBytes) : this(directory, new SqliteStorageOptions { Path = Path.Combine(directory.FullName, "sub", "state.db"), MaxBytes = maxBytes }) { }

    private StorageFixture(DirectoryInfo directory, SqliteStorageOptions options) : base(() => StorageFactory.Open(options)) => (_directory, Options) = (directory, options);

    internal SqliteStorageOptions Options { get; }

    internal long Commits => ((SqliteGrainStorage)Storage).Commits;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>The embedded silo's.</summary>
public sealed class SqliteGrainStorageTests : GrainStorageContract
{
    internal override StorageUnderTest New() => new StorageFixture();
}
