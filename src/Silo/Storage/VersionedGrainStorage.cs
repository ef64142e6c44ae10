using System.Globalization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Learngene.Silo.Storage;

/// <summary>
/// Grain state in a <see cref="IStateStore"/>: durable when a write is answered. The ETag of a state is its version; it is never given out
/// again, so a grain that slept through a clear, or a silo that was taken for dead, cannot overwrite what came after.
/// </summary>
/// <param name="name">Its name among the silo's storages.</param>
/// <param name="serializer">Makes state bytes.</param>
/// <param name="activators">Make the state of a grain that has none stored.</param>
/// <param name="open">Opens the store when the silo starts.</param>
internal class VersionedGrainStorage(string name, IGrainStorageSerializer serializer, IActivatorProvider activators, Func<IStateStore> open)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private IStateStore? _store;

    /// <summary>The open store.</summary>
    internal IStateStore Store => _store ?? throw new InvalidOperationException($"Grain storage '{name}' is not open: the silo has not started, or has stopped.");

    /// <summary>Opens the store.</summary>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidOperationException">It is of a newer program, or of another one.</exception>
    internal void Open() => _store ??= open();

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await Store.ReadAsync(StateKey.Of(stateName, grainId));
        grainState.State = stored is null ? New<T>() : serializer.Deserialize<T>(new BinaryData(stored.Payload)) ?? New<T>();
        grainState.ETag = Etag(stored?.Version);
        grainState.RecordExists = stored is not null;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var payload = serializer.Serialize(grainState.State).ToArray();
        grainState.ETag = Etag(await WriteAsync("write", stateName, grainId, grainState.ETag, payload));
        grainState.RecordExists = true;
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = Etag(await WriteAsync("clear", stateName, grainId, grainState.ETag, payload: null));
        grainState.RecordExists = false;
        grainState.State = New<T>();
    }

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        // Open before anything that has state starts, closed after the last grain has gone.
        observer.Subscribe($"{nameof(VersionedGrainStorage)}:{name}", ServiceLifecycleStage.RuntimeStorageServices, Start, Stop);

    /// <summary>Writes what is queued, and closes the store.</summary>
    /// <returns>Done when closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _store, null) is { } store)
            await store.DisposeAsync();
    }

    private Task Start(CancellationToken token)
    {
        Open();
        return Task.CompletedTask;
    }

    private Task Stop(CancellationToken token) => DisposeAsync().AsTask();

    private async Task<long?> WriteAsync(string verb, string stateName, GrainId grainId, string? etag, byte[]? payload)
    {
        long? expected = null;
        if (!string.IsNullOrEmpty(etag))
            expected = long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1; // never given out
        var outcome = await Store.WriteAsync(new StateWrite(StateKey.Of(stateName, grainId), expected, payload));
        if (outcome.Done)
            return outcome.Version;
        throw new InconsistentStateException(
            $"Grain storage '{name}' did not {verb} '{stateName}' of {grainId}: the caller has version {etag ?? "none"}, stored is {Etag(outcome.Version) ?? "none"}.",
            Etag(outcome.Version) ?? "", etag ?? "");
    }

    private T New<T>() => activators.GetActivator<T>().Create();

    private static string? Etag(long? version) => version?.ToString(CultureInfo.InvariantCulture);
}
