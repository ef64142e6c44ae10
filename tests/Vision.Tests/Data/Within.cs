namespace Learngene.Vision.Tests.Data;

/// <summary>Gives synchronous code a time limit: a test that would hang fails instead.</summary>
internal static class Within
{
    public static Task OneMinute(Action action) => Minutes(1, action);

    public static Task Minutes(int minutes, Action action) => Task.Run(action).WaitAsync(TimeSpan.FromMinutes(minutes));
}
