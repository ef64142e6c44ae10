using System.Diagnostics;

namespace Learngene.Grains.Tests.Weights.S3;

/// <summary>A test with a real S3 server, where npm can bring it.</summary>
public sealed class S3FactAttribute : FactAttribute
{
    private const string Package = "s3rver", Version = "3.7.1";
    private static readonly string s_directory = Path.Combine(Path.GetTempPath(), $"learngene-tools-{Environment.UserName}", $"{Package}-{Version}");
    private static readonly Lazy<bool> s_there = new(Install);

    public S3FactAttribute()
    {
        if (!s_there.Value) Skip = $"npm cannot bring {Package} {Version} here";
    }

    internal static string Program => Path.Combine(s_directory, "node_modules", Package, "bin", "s3rver.js");

    // Beside its place first: two test processes may install at once.
    private static bool Install()
    {
        if (File.Exists(Program)) return true;
        string beside = $"{s_directory}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(beside);
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--prefix", beside, "--no-audit", "--no-fund", "--ignore-scripts", $"{Package}@{Version}"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var said = Task.WhenAll(npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
            if (!npm.WaitForExit(TimeSpan.FromMinutes(3))) npm.Kill(entireProcessTree: true);
            said.GetAwaiter().GetResult();
            if (npm.ExitCode == 0) Directory.Move(beside, s_directory);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no npm.
        }
        catch (IOException)
        {
            // Another process was quicker.
        }
        return File.Exists(Program);
    }
}
