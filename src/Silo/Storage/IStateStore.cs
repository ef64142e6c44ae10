namespace Learngene.Silo.Storage;

/// <summary>
/// Rows of bytes with versions: where grain state lies. A version is never given out twice for a row, not even after it was removed, so
/// that who slept through a removal cannot overwrite what came after. Safe for many callers at once.
/// </summary>
internal interface IStateStore : IAsyncDisposable
{
    /// <summary>Reads a row as last committed; null where there is none.</summary>
    Task<StoredState?> ReadAsync(StateKey key);

    /// <summary>Writes or removes a row, if its version is the expected one; durable when this returns.</summary>
    Task<WriteOutcome> WriteAsync(StateWrite write);

    /// <summary>Whether a failure passes by itself: a connection that broke, a server that restarts.</summary>
    bool IsPassing(Exception failure);
}
