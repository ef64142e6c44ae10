using Learngene.Grains.Compute;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>
/// Brings what was folded onto the disk, many contributions with one flush. Small contributions are written as they are, at once; where
/// the sums are no longer than a few contributions, the sums are, and then it pays to wait a moment for those on their way.
/// </summary>
/// <param name="sums">What is brought onto the disk.</param><param name="lanes">Who writes.</param><param name="time">For the moment's wait.</param>
/// <param name="holds">Whether the round is this silo's still: asked once they are on the disk and before they are acknowledged, so that a silo that
/// was taken for dead acknowledges nothing that its successor has not seen. Null where there is one silo only.</param>
internal sealed class RoundCommits(RoundSums sums, RoundLanes lanes, TimeProvider time, Func<Task<bool>>? holds)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private List<Folded> _pending = [];
    private TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _committing;
    private int _underway; // contributions between arriving and leaving

    /// <summary>Notes that one is on its way.</summary>
    public void Arriving()
    {
        lock (_gate) _underway++;
    }

    /// <summary>Notes that one has its answer.</summary>
    public void Left()
    {
        lock (_gate)
            if (--_underway == 0) _quiet.TrySetResult();
    }

    /// <summary>Returns when a folded contribution is on the disk.</summary>
    /// <exception cref="NotDurableException">It cannot be written.</exception>
    public Task AddAsync(Folded folded)
    {
        lock (_gate)
        {
            _pending.Add(folded);
            if (_pending.Count == _underway) _quiet.TrySetResult();
            if (!_committing)
            {
                _committing = true;
                _ = CommitAsync();
            }
        }
        return folded.Durable.Task;
    }

    /// <summary>Returns when nothing is on its way.</summary>
    public async Task DoneAsync()
    {
        while (true)
        {
            Task quiet;
            lock (_gate)
            {
                if (_underway == 0) return;
                if (_quiet.Task.IsCompleted) _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
                quiet = _quiet.Task;
            }
            await quiet;
        }
    }

    private async Task CommitAsync()
    {
        await Task.Yield();
        while (true)
        {
            if (!sums.Keeps) await QuietAsync();
            List<Folded> batch;
            lock (_gate)
            {
                if (_pending.Count == 0)
                {
                    _committing = false;
                    return;
                }
                (batch, _pending) = (_pending, []);
            }
            await WriteAsync(batch);
        }
    }

    // Until all that is on its way waits for the disk, or for a moment.
    private async Task QuietAsync()
    {
        Task quiet;
        lock (_gate)
        {
            if (_pending.Count == 0 || _pending.Count == _underway) return;
            if (_quiet.Task.IsCompleted) _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
            quiet = _quiet.Task;
        }
        await Task.WhenAny(quiet, Task.Delay(s_patience, time));
    }

    private async Task WriteAsync(List<Folded> batch)
    {
        try
        {
            if (sums.Keeps)
                await lanes.Writing.RunAsync("ledger", LanePriority.Urgent, 0, _ => sums.Keep(batch), default);
            else
            {
                await lanes.Folding.RunAsync("snapshot", LanePriority.Urgent, 0, _ => sums.Snapshot(), default);
                await lanes.Writing.RunAsync("ledger", LanePriority.Urgent, 0, _ => sums.Flush(), default);
            }
            if (holds is not null && !await holds()) throw new RoundMovedException();
            foreach (var folded in batch) folded.Durable.SetResult();
        }
        catch (RoundMovedException e)
        {
            foreach (var folded in batch) folded.Durable.SetException(e);
        }
        catch (Exception e) // whatever keeps them from the disk is told to all who wait; they are in the sums, and sent again they are not added again
        {
            foreach (var folded in batch) folded.Durable.SetException(new NotDurableException(e));
        }
    }
}

/// <summary>The round is another silo's, or was opened anew here.</summary>
internal sealed class RoundMovedException() : Exception("the round is open elsewhere or anew; check in again.");

/// <summary>A contribution did not get onto the disk, and so was not acknowledged.</summary>
/// <param name="cause">What the disk said.</param>
internal sealed class NotDurableException(Exception cause) : Exception($"the contribution was not stored: {cause.Message}", cause);
