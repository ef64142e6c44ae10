using Learngene.Clients;

namespace Learngene.Grains.Clients;

/// <summary>
/// A hosted client's work in one round, which may be given anew while it is done: the silo that has the round may go, and the next one that has
/// it gives the same work with other addresses. What was trained stays good; what is moved goes to whoever has the round now.
/// </summary>
internal sealed class HostedOrder(WorkOrder order, TimeProvider time)
{
    // Longer than it takes to notice that a silo has gone, and to take its rounds over. No longer: a grain that is to be elsewhere waits for its
    // turns to end before it hears of an order again.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private TaskCompletionSource _newer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The order as it was given last.</summary>
    public WorkOrder Latest { get; private set; } = order;

    /// <summary>Whether the client has work in a later round, and this one is over.</summary>
    public bool Over { get; private set; }

    /// <summary>Ends when the work is done.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives the same work anew; from the same silo it changes nothing.</summary>
    public void Renew(WorkOrder again)
    {
        if (Place(again) == Place(Latest)) return;
        Latest = again;
        Interlocked.Exchange(ref _newer, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Tells that the round is over.</summary>
    public void End()
    {
        Over = true;
        Interlocked.Exchange(ref _newer, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Moves something, to or from whoever has the round now; where nobody answers, waits a while for who has it next.</summary>
    /// <param name="move">Moves it; its token ends when the order is given anew.</param><param name="settled">Whether the answer is final; if not, another owner may say otherwise.</param>
    /// <exception cref="OperationCanceledException">Nobody has the round for now; who has it next asks again.</exception>
    public async Task<T> MoveAsync<T>(Func<WorkOrder, CancellationToken, Task<T>> move, Func<T, bool> settled)
    {
        while (true)
        {
            var newer = _newer.Task;
            using var moved = new CancellationTokenSource();
            var attempt = move(Latest, moved.Token);
            if (await Task.WhenAny(attempt, newer) != attempt && !Over)
            {
                await moved.CancelAsync();
                attempt.Ignore();
                continue;
            }
            try
            {
                var answer = await attempt;
                if (settled(answer) || Over) return answer;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !Over)
            {
                // Who has the round next may answer.
            }
            if (!await RenewedAsync(newer)) throw new OperationCanceledException("nobody has the round for now.");
        }
    }

    private static string Place(WorkOrder order) => new Uri(order.Upload).GetLeftPart(UriPartial.Path);

    private async Task<bool> RenewedAsync(Task newer)
    {
        await Task.WhenAny(newer, Task.Delay(s_patience, time));
        return newer.IsCompleted && !Over;
    }
}
