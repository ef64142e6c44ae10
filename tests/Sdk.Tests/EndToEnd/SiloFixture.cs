using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary>
/// A silo process on a fresh directory, shared by the tests: it knows the shipped images, an ancestry model and a learngene that were
/// made through the command line.
/// </summary>
public sealed partial class SiloFixture : IAsyncLifetime
{
    /// <summary>What keeps a training to a second or two.</summary>
    public const string Tiny = "--epochs 1 --batch 64 --seed 1 --set images=512 --set testImages=200";

    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(1);
    private Process? _silo;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("learngene-e2e-").FullName;
    public string Gateway { get; private set; } = "";
    public JsonElement Data { get; private set; }
    public JsonElement Ancestry { get; private set; }
    public JsonElement Lets { get; private set; }

    public async Task InitializeAsync()
    {
        _silo = Programs.Start(Programs.Silo, ["serve", "--data-dir", Path("silo"), "--gateway-port", "0", "--silo-port", "0", "--http-port", "0"]);
        _ = _silo.StandardError.ReadToEndAsync();
        Gateway = await ReadyAsync(_silo).WaitAsync(s_start);
        _ = _silo.StandardOutput.ReadToEndAsync();
        Data = (await RunAsync($"data add fashion-mnist {Programs.FashionMnist}")).Done();
        Ancestry = (await RunAsync($"train e2e/ancestry --data fashion-mnist --width 32 --depth 2 --patch 7 {Tiny} --wait")).Done();
        Lets = (await RunAsync($"learn lets e2e/lets --ancestry e2e/ancestry --data fashion-mnist --learngene-width 16 --learngene-depth 2 --width 32 --depth 4 {Tiny} --wait")).Done();
    }

    public async Task DisposeAsync()
    {
        if (_silo is { HasExited: false })
        {
            _silo.Kill(entireProcessTree: true);
            await _silo.WaitForExitAsync();
        }
        _silo?.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>A path in the tests' directory, where commands run.</summary>
    public string Path(string name) => System.IO.Path.Combine(Directory, name);

    /// <summary>Runs a command against the silo, with --json.</summary>
    internal Task<Ran> RunAsync(string line) => Programs.RunAsync(Programs.Cli, Arguments(line), Directory);

    /// <summary>Starts a command against the silo, with --json.</summary>
    internal Process Start(string line) => Programs.Start(Programs.Cli, Arguments(line), Directory);

    private string[] Arguments(string line) => [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--json", "--cluster", Gateway];

    private static async Task<string> ReadyAsync(Process silo)
    {
        while (await silo.StandardOutput.ReadLineAsync() is { } line)
            if (ReadyLine().Match(line) is { Success: true } ready)
                return ready.Groups[1].Value;
        throw new InvalidOperationException("the silo ended before it was ready.");
    }

    [GeneratedRegex(@"^Learngene silo ready: gateway (\S+) ")]
    private static partial Regex ReadyLine();
}

/// <summary>Tests that share the silo.</summary>
[CollectionDefinition(Name)]
public sealed class SiloCollection : ICollectionFixture<SiloFixture>
{
    public const string Name = "silo";
}
