namespace Learngene.Grains.Compute;

/// <summary>A turn on the lane, from the point of view of the work that has it.</summary>
internal sealed class LaneTurn(CancellationToken token, CancellationToken stop, Action? runUrgent)
{
    /// <summary>Between two steps: stops here if asked to, and lets urgent work in.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled or the silo stops.</exception>
    public void Breathe()
    {
        ThrowIfStopped();
        runUrgent?.Invoke();
    }

    public void ThrowIfStopped()
    {
        token.ThrowIfCancellationRequested();
        stop.ThrowIfCancellationRequested();
    }
}
