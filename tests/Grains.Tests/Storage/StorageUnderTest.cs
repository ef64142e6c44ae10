using Learngene.Silo.Storage;

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

/// <summary>An open storage, which can be closed and opened again.</summary>
internal class StorageUnderTest(Func<VersionedGrainStorage> open) : IAsyncDisposable
{
    internal VersionedGrainStorage Storage { get; private set; } = open();

    internal async Task Reopen()
    {
        await Storage.DisposeAsync();
        Storage = open();
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

    public virtual ValueTask DisposeAsync() => Storage.DisposeAsync();
}
