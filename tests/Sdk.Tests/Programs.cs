using System.Diagnostics;
using System.Text.Json;

namespace Learngene.Sdk.Tests;

/// <summary>Where the programs under test have been built.</summary>
internal static class Programs
{
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static readonly string Root = FindRoot();
    public static readonly string Cli = Built("src/Cli", "learngene");
    public static readonly string Silo = Built("src/Silo", "learngene-silo");
    public static readonly string Edge = Built("src/Edge", "learngene-edge");
    public static readonly string Sample = Built("samples/RightSize", "RightSize");
    public static readonly string FashionMnist = Path.Combine(Root, "data", "fashion-mnist");

    public static Process Start(string program, IEnumerable<string> arguments, string? directory = null, params (string Name, string Value)[] environment)
    {
        // A shell's background job ignores SIGINT, and so would all that it starts.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("LEARNGENE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<Ran> RunAsync(
        string program, IEnumerable<string> arguments, string? directory = null, TimeSpan? limit = null, params (string Name, string Value)[] environment)
    {
        using var process = Start(program, arguments, directory, environment);
        return await EndOfAsync(process, limit);
    }

    /// <summary>Waits for a program's end.</summary>
    public static async Task<Ran> EndOfAsync(Process process, TimeSpan? limit = null)
    {
        using var patience = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(3));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{string.Join(' ', process.StartInfo.ArgumentList)}' did not end.");
        }
    }

    private static string Built(string project, string assembly) => Path.Combine(Root, project, "bin", s_configuration, "net10.0", assembly + ".dll");

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Learngene.Orleans.sln")))
                return at.FullName;
        throw new DirectoryNotFoundException("the tests do not run inside a clone.");
    }
}

/// <summary>What a program left behind.</summary>
internal sealed record Ran(int Code, string Output, string Error)
{
    /// <summary>The one document on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>A refusal: that code, nothing on standard output, one sentence that has all the words.</summary>
    public void Refused(int code, params ReadOnlySpan<string> words)
    {
        Assert.True(Code == code, $"exit {Code}, wanted {code}: {Output}{Error}");
        Assert.Empty(Output);
        Assert.Single(Error.Trim().Split('\n'));
        foreach (string word in words) Assert.Contains(word, Error);
    }

    /// <summary>The document, of a program that did what was asked.</summary>
    public JsonElement Done()
    {
        Assert.True(Code == 0, $"exit {Code}: {Output}{Error}");
        return Json;
    }
}
