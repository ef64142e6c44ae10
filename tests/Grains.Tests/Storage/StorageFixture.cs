using Learngene.Silo.Storage;
using Learngene.Storage.Writer;

namespace Learngene.Grains.Tests.Storage;

/// <summary>A state as the tests write it.</summary>
[GenerateSerializer, Alias("learngene.tests.test-state")]
public sealed record TestState
{
    [Id(0)]
    public string? Text { get; set; }

    [Id(1)]
    public long Number { get; set; }

    [Id(2)]
    public byte[]? Bytes { get; set; }
}

/// <summary>A storage on a file of its own.</summary>
internal sealed class StorageFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("storage-");

    internal StorageFixture(long? maxBytes = null)
    {
        Options = new SqliteStorageOptions { Path = Path.Combine(_directory.FullName, "sub", "state.db"), MaxBytes = maxBytes };
        Storage = StorageFactory.Open(Options);
    }

    internal SqliteStorageOptions Options { get; }

    internal SqliteGrainStorage Storage { get; private set; }

    internal async Task Reopen()
    {
        await Storage.DisposeAsync();
        Storage = StorageFactory.Open(Options);
    }

    internal async Task<GrainState<TestState>> Read(GrainId grain, string name = "state")
    {
        // As stale as can be: everything has to be replaced by what is read.
        var state = new GrainState<TestState>(new TestState { Text = "stale", Number = -1 }, "stale") { RecordExists = true };
        await Storage.ReadStateAsync(name, grain, state);
        return state;
    }

    internal async Task<GrainState<TestState>> Write(GrainId grain, TestState value, string? etag = null, string name = "state")
    {
        var state = new GrainState<TestState>(value, etag);
        await Storage.WriteStateAsync(name, grain, state);
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
