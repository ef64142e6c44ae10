using Learngene.Sdk.Clients;

namespace Learngene.Edge.Join;

/// <summary>Asks until there is an answer: a silo that is away comes back, or another takes its place.</summary>
internal sealed class Reconnecting(Action<string> note, Action tryNext, TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250), s_longest = TimeSpan.FromSeconds(10);
    private TimeSpan _pause = s_first;
    private bool _away;

    /// <summary>Asks, of one silo after the other, until one answers.</summary>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken token)
    {
        while (true)
            try
            {
                var answer = await ask();
                Answered();
                return answer;
            }
            catch (Exception e) when (IsPassing(e) && !token.IsCancellationRequested)
            {
                await FailedAsync(e, token);
            }
    }

    /// <summary>Silos answer again.</summary>
    public void Answered()
    {
        if (_away) note("the silo answers again.");
        (_away, _pause) = (false, s_first);
    }

    /// <summary>There was no answer: turns to the next silo after a pause, longer from time to time.</summary>
    public async Task FailedAsync(Exception e, CancellationToken token)
    {
        if (!_away) note($"the silo does not answer ({e.Message}); going on when it does.");
        _away = true;
        tryNext();
        await Task.Delay(_pause, time, token);
        _pause = _pause * 2 < s_longest ? _pause * 2 : s_longest;
    }

    /// <summary>Whether a failure passes. A request that timed out is cancelled too, but not by us.</summary>
    public static bool IsPassing(Exception e) => e is HttpRequestException or IOException or OperationCanceledException or ApiException { IsPassing: true };
}
