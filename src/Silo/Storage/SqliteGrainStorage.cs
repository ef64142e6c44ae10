using System.Globalization;
using Orleans.Serialization.Activators;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Learngene.Silo.Storage;

/// <summary>
/// Grain state in one SQLite file: durable when a write is answered, and fast under many callers. The ETag of a state is its version;
/// it is never given out again, so a grain that slept through a clear cannot overwrite what came after.
/// </summary>
internal sealed class SqliteGrainStorage : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private readonly string _name;
    private readonly SqliteStorageOptions _options;
    private readonly IGrainStorageSerializer _serializer;
    private readonly IActivatorProvider _activators;
    private SqliteStateFile? _file;

    /// <summary>A storage that is not open yet.</summary>
    /// <param name="name">Its name among the silo's storages.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="serializer">Used unless the settings name another.</param>
    /// <param name="activators">Make the state of a grain that has none stored.</param>
    public SqliteGrainStorage(string name, SqliteStorageOptions options, OrleansGrainStorageSerializer serializer, IActivatorProvider activators)
    {
        options.Validate(name);
        _name = name;
        _options = options;
        _serializer = options.GrainStorageSerializer ?? serializer;
        _activators = activators;
    }

    /// <summary>Transactions committed since it was opened.</summary>
    internal long Commits => File.Commits;

    private SqliteStateFile File => _file ?? throw new InvalidOperationException($"Grain storage '{_name}' is not open: the silo has not started, or has stopped.");

    /// <summary>Opens the file.</summary>
    /// <exception cref="IOException">It cannot be opened, or another process has it open.</exception>
    /// <exception cref="InvalidOperationException">It is of a newer program, or of another one.</exception>
    internal void Open() => _file ??= new SqliteStateFile(_options);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await File.ReadAsync(StateKey.Of(stateName, grainId));
        grainState.State = stored is null ? New<T>() : _serializer.Deserialize<T>(new BinaryData(stored.Payload)) ?? New<T>();
        grainState.ETag = Etag(stored?.Version);
        grainState.RecordExists = stored is not null;
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var payload = _serializer.Serialize(grainState.State).ToArray();
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
        observer.Subscribe($"{nameof(SqliteGrainStorage)}:{_name}", ServiceLifecycleStage.RuntimeStorageServices, Start, Stop);

    /// <summary>Writes what is queued, and closes the file.</summary>
    /// <returns>Done when closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _file, null) is { } file)
            await file.DisposeAsync();
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
        var outcome = await File.WriteAsync(new StateWrite(StateKey.Of(stateName, grainId), expected, payload));
        if (outcome.Done)
            return outcome.Version;
        throw new InconsistentStateException(
            $"Grain storage '{_name}' did not {verb} '{stateName}' of {grainId}: the caller has version {etag ?? "none"}, stored is {Etag(outcome.Version) ?? "none"}.",
            Etag(outcome.Version) ?? "", etag ?? "");
    }

    private T New<T>() => _activators.GetActivator<T>().Create();

    private static string? Etag(long? version) => version?.ToString(CultureInfo.InvariantCulture);
}
