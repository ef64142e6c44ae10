using Learngene.Sdk.Clients;

namespace Learngene.Edge.Join;

/// <summary>Asks until there is an answer: a silo that is away comes back, or another takes its place.</summary>
internal sealed class Reconnecting(Action<string> note, TimeProvider time)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(250), s_longest = TimeSpan.FromSeconds(10);
    private bool _away;

    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken token)
    {
        for (var pause = s_first; ; pause = pause * 2 < s_longest ? pause * 2 : s_longest)
            try
            {
                var answer = await ask();
                if (_away) note("the silo answers again.");
                _away = false;
                return answer;
            }
            catch (Exception e) when (IsPassing(e) && !token.IsCancellationRequested)
            {
                if (!_away) note($"the silo does not answer ({e.Message}); going on when it does.");
                _away = true;
                await Task.Delay(pause, time, token);
            }
    }

    // A request that timed out is cancelled too, but not by us.
    private static bool IsPassing(Exception e) => e is HttpRequestException or IOException or OperationCanceledException or ApiException { IsPassing: true };
}
