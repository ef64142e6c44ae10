using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Learngene.Silo.Storage;

/// <summary>
/// A database file of grain states. One connection writes, on its own thread, everything that queued up while the last commit was
/// being flushed in one transaction; a second one reads. A write is answered when it is on the disk.
/// </summary>
internal sealed class SqliteStateFile : IStateStore
{
    private const int MaxReads = 64;
    private readonly SqliteStorageOptions _options;
    private readonly FileStream _lock;
    private readonly SqliteConnection _writing, _reading;
    private readonly StateTable _writeTable, _readTable;
    private readonly Lane<StateWrite> _writes;
    private readonly Lane<StateRead> _reads;

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="options">Valid settings.</param>
    /// <exception cref="IOException">Another process has it open, or it cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">It is not ours, or of a newer program.</exception>
    internal SqliteStateFile(SqliteStorageOptions options)
    {
        _options = options;
        _lock = SqliteSetup.Lock(options.Path);
        try
        {
            _writing = SqliteSetup.OpenForWriting(options);
            _reading = SqliteSetup.OpenForReading(options);
            _writeTable = new StateTable(_writing);
            _readTable = new StateTable(_reading);
        }
        catch
        {
            _reading?.Dispose();
            _writing?.Dispose();
            _lock.Dispose();
            throw;
        }

        _writes = new Lane<StateWrite>("grain state writer", options.QueueCapacity, options.MaxBatch, Commit);
        _reads = new Lane<StateRead>("grain state reader", options.QueueCapacity, MaxReads, Read);
    }

    /// <summary>Transactions committed so far.</summary>
    internal long Commits { get; private set; }

    /// <summary>Reads a row as last committed.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<StoredState?> ReadAsync(StateKey key)
    {
        var read = new StateRead(key);
        await Queue(_reads, read);
        return await read.Answer.Task;
    }

    /// <summary>Writes or removes a row, if its version is the expected one; done when it is on the disk.</summary>
    /// <exception cref="IOException">It cannot be written, for instance because the disk is full.</exception>
    public async Task<WriteOutcome> WriteAsync(StateWrite write)
    {
        await Queue(_writes, write);
        return await write.Answer.Task;
    }

    /// <summary>Never: the file is on this machine, and what it refuses is told at once.</summary>
    public bool IsPassing(Exception failure) => false;

    /// <summary>Writes what is queued, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _reads.DisposeAsync();
        _readTable.Dispose();
        _writeTable.Dispose();
        await _reading.DisposeAsync();
        await _writing.DisposeAsync();
        await _lock.DisposeAsync();
    }

    private async ValueTask Queue<T>(Lane<T> lane, T item)
    {
        try
        {
            await lane.Add(item);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(_options.Path, $"The grain storage in '{_options.Path}' is closed: the silo is stopping.");
        }
    }

    // Any failure is answered, whatever it is: the thread must outlive it, and every caller gets an answer.
    private void Commit(IReadOnlyList<StateWrite> batch)
    {
        try
        {
            _writeTable.Begin();
            foreach (var write in batch)
                write.Outcome = _writeTable.Apply(write);
            _writeTable.Commit();
            Commits++;
        }
        catch (Exception e)
        {
            Undo(batch, e);
            return;
        }

        foreach (var write in batch)
            write.Answer.SetResult(write.Outcome);
    }

    // One write that cannot be done must not take its neighbours along: each is tried alone.
    private void Undo(IReadOnlyList<StateWrite> batch, Exception failure)
    {
        try
        {
            _writeTable.Rollback();
        }
        catch (SqliteException e)
        {
            failure = new AggregateException(failure, e);
        }

        if (batch.Count == 1)
            batch[0].Answer.SetException(Sentence("was not stored", failure));
        else
            foreach (var write in batch)
                Commit([write]);
    }

    private void Read(IReadOnlyList<StateRead> batch)
    {
        foreach (var read in batch)
        {
            try
            {
                read.Answer.SetResult(_readTable.Read(read.Key));
            }
            catch (Exception e)
            {
                read.Answer.SetException(Sentence("could not be read", e));
            }
        }
    }

    private IOException Sentence(string what, Exception failure) => new(
        failure is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL }
            ? $"The grain state {what}: {(_options.MaxBytes is { } most ? $"'{_options.Path}' has reached its {most} bytes, or its disk is full" : $"the disk of '{_options.Path}' is full")}; free some space and try again."
            : $"The grain state {what} in '{_options.Path}': {failure.Message}",
        failure);
}
