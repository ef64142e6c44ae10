using Learngene.Clients;

namespace Learngene.Grains.Federation;

/// <summary>A client that asked for work and waits for some.</summary>
internal sealed record Waiter(string Client, Membership Membership)
{
    /// <summary>Gets its order, or null where it is to come back later.</summary>
    public TaskCompletionSource<WorkOrder?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// Who has a round's work, until when, and who waits for some, first come, first served. In memory alone: a client whose lease was
/// forgotten with the process asks again, and what it holds a ticket for is taken all the same.
/// </summary>
internal sealed class Leases(TimeProvider time)
{
    private readonly Dictionary<string, (WorkOrder Order, long Until)> _working = [];
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly Dictionary<string, LinkedListNode<Waiter>> _byClient = [];

    public int Working => _working.Count;
    public int Waiting => _waiting.Count;

    /// <summary>Clients that have work.</summary>
    public IReadOnlyList<string> Names => [.. _working.Keys];

    /// <summary>The order that a client has, if it has one.</summary>
    public WorkOrder? Of(string client) => _working.TryGetValue(client, out var lease) ? lease.Order : null;

    /// <summary>Gives a client work.</summary>
    public void Give(string client, WorkOrder order) => _working[client] = (order, time.GetTimestamp() + (long)(order.LeaseSeconds * time.TimestampFrequency));

    /// <summary>Takes a client's lease back; tells whether it had one.</summary>
    public bool End(string client) => _working.Remove(client);

    /// <summary>Takes all leases back.</summary>
    public void Clear() => _working.Clear();

    /// <summary>Takes back the leases that are over.</summary>
    public IReadOnlyList<string> Expire()
    {
        long now = time.GetTimestamp();
        string[] over = [.. _working.Where(w => w.Value.Until <= now).Select(w => w.Key)];
        foreach (string client in over) _working.Remove(client);
        return over;
    }

    /// <summary>How long until the next lease is over; null where there is none.</summary>
    public TimeSpan? UntilNext => _working.Count == 0 ? null : time.GetElapsedTime(time.GetTimestamp(), _working.Values.Min(w => w.Until));

    /// <summary>Lets a client wait; whoever waited under its name gets nothing.</summary>
    public Waiter Wait(string client, Membership membership)
    {
        Forget(client);
        var waiter = new Waiter(client, membership);
        _byClient[client] = _waiting.AddLast(waiter);
        return waiter;
    }

    /// <summary>Lets a client wait no longer.</summary>
    public void Forget(string client)
    {
        if (!_byClient.Remove(client, out var node)) return;
        _waiting.Remove(node);
        node.Value.Answer.TrySetResult(null);
    }

    /// <summary>Lets a waiter wait no longer, if it still is the one.</summary>
    public void Forget(Waiter waiter)
    {
        if (_byClient.TryGetValue(waiter.Client, out var node) && ReferenceEquals(node.Value, waiter)) Forget(waiter.Client);
    }

    /// <summary>The longest waiting client for which the condition holds, who then waits no longer; null where there is none.</summary>
    public Waiter? Next(Func<Waiter, bool> may)
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
            if (may(node.Value))
            {
                _waiting.Remove(node);
                _byClient.Remove(node.Value.Client);
                return node.Value;
            }
        return null;
    }
}
