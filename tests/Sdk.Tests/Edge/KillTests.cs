using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace Learngene.Sdk.Tests.Edge;

/// <summary>kill -9 of the silo and of its clients, at random moments of one federation: nothing is lost, nothing counts twice, the result is the same file.</summary>
public sealed class KillTests : IDisposable
{
    private const int Rounds = 300, Kills = 20, MostLines = 3;
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-kills-").FullName;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>(); // what the clients say
    private readonly ConcurrentQueue<string> _said = [];
    private readonly Dictionary<string, Process> _clients = [];
    private Process? _silo;
    private string _gateway = "", _http = "";

    public void Dispose()
    {
        foreach (var process in _clients.Values.Append(_silo).OfType<Process>())
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(_directory, recursive: true);
    }

    [Fact(Timeout = 900_000)]
    public async Task A_federation_whose_silo_and_clients_are_killed_twenty_times_each_ends_in_the_same_file()
    {
        await StartSiloAsync();
        await RunAsync("data", "add", "fashion-mnist", Programs.FashionMnist);
        string[] names = ["one", "two"];
        await BeginAsync("undisturbed", names);
        foreach (string name in names) await _clients[name].WaitForExitAsync();
        while (_lines.Reader.TryRead(out _)) { } // what they said undisturbed
        await BeginAsync("killed", names);
        var chance = new Random(20260404);
        int silo = 0, clients = 0;
        while (silo < Kills || clients < Kills)
        {
            for (int lines = chance.Next(1, MostLines + 1); lines > 0; lines--) await _lines.Reader.ReadAsync();
            if (silo < Kills && (clients == Kills || chance.Next(2) == 0))
            {
                await KillAsync(_silo!);
                await StartSiloAsync();
                silo++;
                continue;
            }
            string victim = names[chance.Next(names.Length)];
            Assert.False(_clients[victim].HasExited, $"the federation ended after {silo} and {clients} kills: {string.Join('\n', _said.TakeLast(12))}");
            await KillAsync(_clients[victim]);
            _clients[victim] = Join("killed", victim);
            clients++;
        }
        foreach (string name in names) await _clients[name].WaitForExitAsync();
        var (undisturbed, killed) = (await RunAsync("federate", "show", "undisturbed"), await RunAsync("federate", "show", "killed"));
        foreach (string figure in (string[])["bytesUp", "bytesDown", "rounds"]) Assert.Equal(undisturbed.GetProperty(figure).GetInt64(), killed.GetProperty(figure).GetInt64());
        Assert.Equal(Rounds, killed.GetProperty("history").GetArrayLength());
        foreach (var round in killed.GetProperty("history").EnumerateArray())
            Assert.Equal(names, round.GetProperty("clients").EnumerateArray().Select(c => c.GetString()!));
        Assert.Equal(undisturbed.GetProperty("result").GetProperty("sha256").GetString(), killed.GetProperty("result").GetProperty("sha256").GetString());
    }

    // Starts a federation and its clients.
    private async Task BeginAsync(string federation, string[] names)
    {
        string file = Path.Combine(_directory, federation + ".json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            name = federation, data = "fashion-mnist", method = "fedavg", rounds = Rounds, clientsPerRound = names.Length, quorum = names.Length, deadline = 600, batch = 10, lr = 0.05,
            partition = new { kind = "external" }, model = new { width = 16, depth = 2, heads = 1, patch = 7 },
        }));
        await RunAsync("federate", "start", file);
        foreach (string name in names) _clients[name] = Join(federation, name);
    }

    private Process Join(string federation, string name)
    {
        string images = ClientImages.Write(Path.Combine(_directory, name), name == "one" ? 0 : 500, 60);
        var process = Programs.Start(Programs.Edge,
            ["join", federation, "--server", _http, "--data", images, "--name", name, "--state-dir", Path.Combine(_directory, $"{federation}-{name}"), "--threads", "1"], _directory);
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) return;
            _said.Enqueue($"{name}: {e.Data}");
            _lines.Writer.TryWrite(e.Data);
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    // The same addresses every time, so that clients find it again.
    private async Task StartSiloAsync()
    {
        string Port(string address) => address.Length == 0 ? "0" : address[(address.LastIndexOf(':') + 1)..];
        _silo = Programs.Start(Programs.Silo,
            ["serve", "--data-dir", Path.Combine(_directory, "silo"), "--gateway-port", Port(_gateway), "--silo-port", "0", "--http-port", Port(_http)], _directory);
        string[] ready = (await _silo.StandardOutput.ReadLineAsync() ?? await _silo.StandardError.ReadToEndAsync()).Split(' ');
        Assert.True(ready is ["Learngene", "silo", "ready:", ..], string.Join(' ', ready));
        (_gateway, _http) = (ready[4], ready[6]);
        _silo.BeginErrorReadLine();
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<JsonElement> RunAsync(params string[] command) => (await Programs.RunAsync(Programs.Cli, [.. command, "--json", "--cluster", _gateway], _directory)).Done();
}
