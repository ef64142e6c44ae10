using System.Diagnostics;

namespace Learngene.Grains.Tests.Durability;

/// <summary>A disk of a few megabytes, where this machine lets us mount one.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> s_can = new(Try);

    public SmallDiskFactAttribute()
    {
        if (!s_can.Value) Skip = "a tmpfs cannot be mounted here (root is needed)";
    }

    public static bool Mount(string folder, int megabytes = 24) => OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);

    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static bool Try()
    {
        string folder = Directory.CreateTempSubdirectory("learngene-mount-").FullName;
        bool mounted = Mount(folder);
        if (mounted) Run("umount", folder);
        Directory.Delete(folder);
        return mounted;
    }
}
