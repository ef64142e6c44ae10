namespace Learngene.Grains;

/// <summary>What passes by itself: the storage that is away, a silo that goes. Background work waits for its end and goes on.</summary>
internal static class Outage
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Whether a failure is of that kind; the same call may be made again.</summary>
    public static bool IsPassing(Exception failure) => PassingFailure.Is(failure);

    /// <summary>A moment before the next try.</summary>
    public static Task PauseAsync(TimeProvider time) => Task.Delay(s_pause, time);

    /// <summary>Does something that may be repeated until it is done, or until nobody wants it any more.</summary>
    /// <param name="work">What.</param><param name="wanted">Whether it is wanted still; if not, the failure is thrown.</param><param name="time">For pauses.</param>
    public static async Task<T> OutlastAsync<T>(Func<Task<T>> work, Func<bool> wanted, TimeProvider time)
    {
        while (true)
            try
            {
                return await work();
            }
            catch (Exception e) when (IsPassing(e) && wanted())
            {
                await PauseAsync(time);
            }
    }

    /// <summary>The same, without a result.</summary>
    public static Task OutlastAsync(Func<Task> work, Func<bool> wanted, TimeProvider time) => OutlastAsync(async () =>
    {
        await work();
        return true;
    }, wanted, time);
}
