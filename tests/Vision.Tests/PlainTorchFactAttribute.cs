using System.Diagnostics;

namespace Learngene.Vision.Tests;

/// <summary>A fact for machines with a Python that has PyTorch; elsewhere it is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PlainTorchFactAttribute : FactAttribute
{
    // The system's Python first: another one without torch may come before it on the path.
    private static readonly Lazy<string?> s_python = new(() => new[] { "/usr/bin/python3", "python3" }.FirstOrDefault(HasTorch));

    public PlainTorchFactAttribute()
    {
        if (Python is null) Skip = "needs a python3 with torch (Debian: python3-torch)";
    }

    public static string? Python => s_python.Value;

    private static bool HasTorch(string python)
    {
        try
        {
            return Run(python, TimeSpan.FromSeconds(60), "-c", "import torch").ExitCode == 0;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or TimeoutException)
        {
            return false;
        }
    }

    internal static (int ExitCode, string Output, string Error) Run(string python, TimeSpan limit, params string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{python} took longer than {limit}.");
        }
        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
