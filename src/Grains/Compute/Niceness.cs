using System.Runtime.InteropServices;

namespace Learngene.Grains.Compute;

/// <summary>Lets a thread, and those that it starts, give way to all others. .NET's own priorities do nothing on Linux.</summary>
internal static partial class Niceness
{
    private const int ThisThread = 0, Lowest = 19;

    public static void LowerThisThread()
    {
        if (OperatingSystem.IsLinux()) _ = SetPriority(ThisThread, 0, Lowest);
        else Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
