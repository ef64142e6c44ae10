namespace Learngene.Silo.Storage;

/// <summary>
/// A store on another machine, which may be away for a while: what fails in passing is tried again with growing pauses, for a bounded time.
/// A write whose answer was lost may have been done; tried again it then finds the next version with its own bytes, and knows itself.
/// </summary>
/// <param name="inner">The store.</param>
/// <param name="time">For pauses.</param>
/// <param name="log">Told when it goes away and when it is back.</param>
internal sealed partial class SteadyStates(IStateStore inner, TimeProvider time, ILogger<SteadyStates> log) : IStateStore
{
    // Longer than a server takes to restart, shorter than a caller waits (25 s).
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15), s_first = TimeSpan.FromMilliseconds(50), s_longest = TimeSpan.FromSeconds(1);
    private int _away; // calls that are waiting for it

    public Task<StoredState?> ReadAsync(StateKey key) => TryAsync(_ => inner.ReadAsync(key));

    public Task<WriteOutcome> WriteAsync(StateWrite write) => TryAsync(async again =>
    {
        var outcome = await inner.WriteAsync(write);
        return !again || outcome.Done ? outcome : await WasMineAsync(write, outcome) ? new(true, outcome.Version) : outcome;
    });

    public bool IsPassing(Exception failure) => failure is StorageUnavailableException;

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    // After an attempt whose answer was lost: is what is there now what that attempt wrote?
    private async Task<bool> WasMineAsync(StateWrite write, WriteOutcome outcome)
    {
        if (write.Payload is null) return outcome.Version is null;
        if (outcome.Version is null || (write.Expected is { } expected && outcome.Version != expected + 1)) return false;
        return await inner.ReadAsync(write.Key) is { } there && there.Version == outcome.Version && there.Payload.AsSpan().SequenceEqual(write.Payload);
    }

    private TimeSpan Left(long began) => s_patience - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private async Task<T> TryAsync<T>(Func<bool, Task<T>> attempt)
    {
        long began = time.GetTimestamp();
        bool away = false;
        try
        {
            for (var pause = s_first; ; pause = pause * 2 < s_longest ? pause * 2 : s_longest)
                try
                {
                    // Where nothing is refused and nothing arrives an attempt may hang; who waits for it is told in time all the same.
                    return await attempt(away).WaitAsync(Left(began), time);
                }
                catch (Exception e) when (e is TimeoutException || inner.IsPassing(e))
                {
                    if (!away && Interlocked.Increment(ref _away) == 1) LogAway(log, e.Message);
                    away = true;
                    if (time.GetElapsedTime(began) + pause > s_patience)
                        throw new StorageUnavailableException($"the cluster's storage has not answered for {s_patience.TotalSeconds} s: {e.Message}");
                    await Task.Delay(pause, time);
                }
        }
        finally
        {
            if (away && Interlocked.Decrement(ref _away) == 0) LogNobodyWaits(log);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The storage does not answer; trying again: {Why}")]
    private static partial void LogAway(ILogger log, string why);
    [LoggerMessage(LogLevel.Information, "No call waits for the storage any more")]
    private static partial void LogNobodyWaits(ILogger log);
}
