using System.Runtime.ExceptionServices;
using Learngene.Vision.Data.Augment;

namespace Learngene.Vision.Data.Loading;

/// <summary>
/// Threads that prepare the batches of one enumeration. A thread takes the next turn, as long as that is no more than the queue's depth ahead
/// of the consumer, and puts its result where that turn belongs; so batches come in order and at most depth + 1 exist.
/// </summary>
internal sealed class BatchRun : IDisposable
{
    private readonly EpochPlan _plan;
    private readonly BatchPool _pool;
    private readonly int _end;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim[] _filled;
    private readonly Slot[] _slots;
    private readonly SemaphoreSlim _room;
    private readonly Thread[] _threads;
    private readonly CancellationTokenSource _stop = new();
    private readonly Canvas? _own;
    private Batch? _current;
    private int _nextToFill, _nextToTake; // of those to deliver, from 0 on

    public BatchRun(EpochPlan plan, BatchPool pool)
    {
        var options = plan.Options;
        (_plan, _pool, _end) = (plan, pool, options.Delivered);
        _slots = new Slot[options.QueueDepth];
        _filled = [.. _slots.Select(_ => new SemaphoreSlim(0))];
        _room = new(options.QueueDepth);
        _own = options.Workers == 0 ? new Canvas(options.Set.Geometry) : null;
        _threads = new Thread[Math.Min(options.Workers, _end)];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new(Work) { IsBackground = true, Name = $"batches {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>True once stopped.</summary>
    public bool Ended => _stop.IsCancellationRequested;

    /// <summary>Returns the batch taken before to the pool and waits for the next; null after the last.</summary>
    public Batch? Take()
    {
        ObjectDisposedException.ThrowIf(Ended, typeof(BatchLoader)); // never a quiet end that looks like the epoch's
        Release();
        if (_nextToTake >= _end)
            return null;
        var turn = _nextToTake++;
        if (_own is not null)
            return _current = Fill(turn, _own);
        var place = turn % _slots.Length;
        Await(_filled[place]);
        var slot = _slots[place];
        _slots[place] = default;
        _room.Release();
        slot.Error?.Throw();
        return _current = slot.Batch;
    }

    /// <summary>Tells the threads to end, without waiting for them.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Ends the threads and waits until they have.</summary>
    public void Dispose()
    {
        Stop();
        foreach (var thread in _threads)
            thread.Join();
        Release();
    }

    private void Release()
    {
        if (_current is not null)
            _pool.Return(_current);
        _current = null;
    }

    private void Work()
    {
        var canvas = new Canvas(_plan.Options.Set.Geometry);
        try
        {
            while (Next() is { } turn)
            {
                var place = turn % _slots.Length;
                _slots[place] = TryFill(turn, canvas);
                _filled[place].Release();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting for room.
        }
    }

    private int? Next()
    {
        _room.Wait(_stop.Token);
        lock (_gate)
            if (_nextToFill < _end)
                return _nextToFill++;
        _room.Release(); // so that the other threads see the end too
        return null;
    }

    private void Await(SemaphoreSlim filled)
    {
        try
        {
            filled.Wait(_stop.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new ObjectDisposedException("The loader was disposed while a batch was awaited.", e);
        }
    }

    private Slot TryFill(int turn, Canvas canvas)
    {
        try
        {
            return new(Fill(turn, canvas), null);
        }
        catch (Exception e) // whatever it is, it belongs to the consumer, in its turn
        {
            return new(null, ExceptionDispatchInfo.Capture(e));
        }
    }

    private Batch Fill(int turn, Canvas canvas)
    {
        var number = _plan.Options.FirstBatch + turn * _plan.Options.Every;
        var batch = _pool.Rent(_plan.CountOf(number));
        _plan.Fill(batch, number, canvas);
        return batch;
    }

    private readonly record struct Slot(Batch? Batch, ExceptionDispatchInfo? Error);
}
