using Orleans.Runtime;

namespace Learngene.Sdk;

/// <summary>Tries a call again when a silo went away under it. Only for verbs that may be repeated, which all of ours are.</summary>
internal static class Retry
{
    private const int Tries = 6;
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100);

    public static async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken token)
    {
        var pause = s_first;
        for (int tried = 1; ; tried++, pause *= 2)
            try
            {
                return await call().WaitAsync(token);
            }
            catch (Exception e) when (tried < Tries && IsPassing(e))
            {
                await Task.Delay(pause, token);
            }
    }

    private static bool IsPassing(Exception e) =>
        e is OrleansMessageRejectionException or SiloUnavailableException or TimeoutException or GatewayTooBusyException;
}
