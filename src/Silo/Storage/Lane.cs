using System.Threading.Channels;

namespace Learngene.Silo.Storage;

/// <summary>
/// One thread with a bounded queue in front of it. Whatever has queued up while it was busy is handed to it at once;
/// under load, that is where group commit comes from.
/// </summary>
/// <typeparam name="T">What queues up.</typeparam>
internal sealed class Lane<T> : IAsyncDisposable
{
    private readonly Channel<T> _queue;
    private readonly int _maxBatch;
    private readonly Action<IReadOnlyList<T>> _work;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the thread.</summary>
    /// <param name="name">Name of the thread.</param>
    /// <param name="capacity">Most items that wait.</param>
    /// <param name="maxBatch">Most items handed over at once.</param>
    /// <param name="work">Does the work and answers each item; may not throw.</param>
    internal Lane(string name, int capacity, int maxBatch, Action<IReadOnlyList<T>> work)
    {
        _queue = Channel.CreateBounded<T>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _maxBatch = maxBatch;
        _work = work;
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>Queues an item, waiting for room if there is none.</summary>
    /// <param name="item">What to do.</param>
    /// <returns>Done when queued.</returns>
    /// <exception cref="ChannelClosedException">The lane was disposed of.</exception>
    internal ValueTask Add(T item) => _queue.Writer.WriteAsync(item);

    /// <summary>Takes no more items, does those that are queued, and ends the thread.</summary>
    /// <returns>Done when the thread has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task;
    }

    private void Run()
    {
        var batch = new List<T>();
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < _maxBatch && _queue.Reader.TryRead(out var item))
                batch.Add(item);
            _work(batch);
            batch.Clear();
        }

        _ended.SetResult();
    }
}
