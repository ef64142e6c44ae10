namespace Learngene.Sdk;

/// <summary>Tries a call again when a silo went away under it. Only for verbs that may be repeated, which all of ours are.</summary>
internal static class Retry
{
    // A silo that hangs is noticed within 5 s, a cluster that starts again answers within 15.
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100), s_longest = TimeSpan.FromSeconds(2), s_patience = TimeSpan.FromSeconds(30);

    public static async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken token)
    {
        long began = TimeProvider.System.GetTimestamp();
        for (var pause = s_first; ; pause = pause * 2 < s_longest ? pause * 2 : s_longest)
            try
            {
                return await call().WaitAsync(token);
            }
            catch (Exception e) when (IsPassing(e, token) && TimeProvider.System.GetElapsedTime(began) + pause < s_patience)
            {
                await Task.Delay(pause, token);
            }
    }

    // A call that was given up there, and not here, was one to a grain whose silo could not read its state in time.
    private static bool IsPassing(Exception e, CancellationToken token) => (e is OperationCanceledException && !token.IsCancellationRequested) || PassingFailure.Is(e);
}
