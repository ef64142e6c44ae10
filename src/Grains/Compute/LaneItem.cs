namespace Learngene.Grains.Compute;

/// <summary>When a piece of work gets its turn.</summary>
internal enum LanePriority
{
    /// <summary>Trainings, one after the other.</summary>
    Training,
    /// <summary>Between two steps of whatever runs: short work that somebody waits for.</summary>
    Urgent,
}

/// <summary>A piece of work in a lane's queue.</summary>
internal abstract class LaneItem(string name, LanePriority priority, long order, CancellationToken token) : IComparable<LaneItem>
{
    private static long s_serial;
    private readonly long _serial = Interlocked.Increment(ref s_serial);

    public string Name => name;
    public LanePriority Priority => priority;
    public CancellationToken Token => token;

    public abstract void Run(LaneTurn turn);
    public abstract void Cancel();

    /// <summary>Higher priority first, then the older request, then the order of arrival.</summary>
    public int CompareTo(LaneItem? other)
    {
        if (other is null) return -1;
        int byPriority = other.Priority.CompareTo(Priority);
        return byPriority != 0 ? byPriority : order.CompareTo(other.Order) is var byOrder && byOrder != 0 ? byOrder : _serial.CompareTo(other._serial);
    }

    private long Order => order;
}

/// <summary>A piece of work with its answer.</summary>
internal sealed class LaneItem<T>(string name, LanePriority priority, long order, Func<LaneTurn, T> work, CancellationToken token)
    : LaneItem(name, priority, order, token)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override void Cancel() => _answer.TrySetCanceled(Token.IsCancellationRequested ? Token : new CancellationToken(true));

    public override void Run(LaneTurn turn)
    {
        try
        {
            turn.ThrowIfStopped();
            _answer.TrySetResult(work(turn));
        }
        catch (OperationCanceledException)
        {
            Cancel();
        }
        catch (Exception e) // whatever the work threw is its caller's; the lane goes on with the next
        {
            _answer.TrySetException(e);
        }
    }
}
