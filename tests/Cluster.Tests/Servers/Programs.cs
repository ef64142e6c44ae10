using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>Programs of this machine.</summary>
internal static class Programs
{
    public const int Kill = 9, Quit = 3, Terminate = 15, Stop = 19, Continue = 18;

    /// <summary>Where a program is, or null.</summary>
    public static string? Find(string name, params string[] more) =>
        more.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).Where(d => d.Length > 0).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await output}{await error}");
    }

    /// <summary>Sends a signal.</summary>
    public static void Signal(Process process, int signal) => Assert.True(SysKill(process.Id, signal) == 0 || process.HasExited);

    /// <summary>A port nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something holds, asking now and then.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, int seconds = 30)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (int tries = seconds * 20; !await holds(); tries--)
        {
            Assert.True(tries > 0, $"{what} did not come about in {seconds} s.");
            await timer.WaitForNextTickAsync();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SysKill(int process, int signal);
}
