using System.Diagnostics;
using System.Text.Json;
using Learngene.Sdk.Tests.EndToEnd;

namespace Learngene.Sdk.Tests.Edge;

/// <summary>The real <c>learngene-edge join</c>, as processes with data folders of their own, against the real silo.</summary>
[Collection(SiloCollection.Name)]
public sealed class JoinTests(SiloFixture silo) : IDisposable
{
    private const int Limit = 180_000;
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-join-").FullName;
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            try
            {
                process.Kill();
            }
            catch (InvalidOperationException)
            {
                // It has ended, and was disposed of.
            }
        }
        Directory.Delete(_directory, recursive: true);
    }

    [Fact(Timeout = Limit)]
    public async Task A_client_in_another_process_joins_late_is_initialised_takes_part_and_leaves()
    {
        string server = await ServerAsync();
        string name = await StartAsync("late", rounds: 8, localEpochs: 10);
        string images = Images("first", 0, 120);
        (await Programs.EndOfAsync(Join(name, server, "first", images, "--rounds", "1"))).Done();
        var ran = await Programs.EndOfAsync(Join(name, server, "late-comer", Images("late", 200, 400), "--rounds", "2", "--json"));
        var late = ran.Done();
        Assert.Equal(2, late.GetProperty("contributions").GetInt32());
        Assert.Equal(2, late.GetProperty("initialAccuracy").GetArrayLength());
        Assert.True(late.GetProperty("bytesToInitialise").GetInt64() > 1000);
        double initialised = late.GetProperty("initialAccuracy")[0].GetDouble(), trained = late.GetProperty("accuracyAsLeft").GetDouble();
        Assert.True(trained > initialised, $"{trained} as left, {initialised} initialised");
        Assert.Contains("left", ran.Error);
        var done = (await Programs.EndOfAsync(Join(name, server, "first", images))).Done();
        Assert.Equal("completed", done.GetProperty("state").GetString());
        var shown = (await silo.RunAsync($"federate show {name}")).Done();
        Assert.Equal("completed", shown.GetProperty("state").GetString());
        Assert.Equal(1, shown.GetProperty("clients").GetInt32());
        string[] rounds = [.. shown.GetProperty("history").EnumerateArray().Select(r => r.GetProperty("clients")[0].GetString()!)];
        Assert.Equal(["first", "late-comer", "late-comer", .. Enumerable.Repeat("first", 5)], rounds);
    }

    [Fact(Timeout = Limit)]
    public async Task A_client_that_is_killed_goes_on_from_its_own_state_and_changes_nothing()
    {
        string server = await ServerAsync();
        var results = new List<string>();
        foreach (int kills in (int[])[0, 5])
        {
            string name = await StartAsync($"killed-{kills}", rounds: 10), data = Images("same", 0, 120);
            var client = Join(name, server, "one", data, "--state-dir", Path.Combine(_directory, $"state-{kills}"));
            for (int kill = 0; kill < kills; kill++)
            {
                await RoundAsync(name, 1 + 2 * kill);
                client.Kill();
                await client.WaitForExitAsync();
                client.Dispose();
                client = Join(name, server, "one", data, "--state-dir", Path.Combine(_directory, $"state-{kills}"));
            }
            using (client) (await Programs.EndOfAsync(client)).Done();
            var shown = (await silo.RunAsync($"federate show {name}")).Done();
            Assert.Equal(10, shown.GetProperty("history").GetArrayLength());
            results.Add(shown.GetProperty("result").GetProperty("sha256").GetString()!);
        }
        Assert.Equal(results[0], results[1]);
    }

    [Theory(Timeout = Limit)]
    [InlineData("join", "needs --server")]
    [InlineData("join nothing/here --server {server} --data {data} --name one", "there is no federation 'nothing/here'")]
    [InlineData("join f --server ftp://x --data {data} --name one", "--server 'ftp://x'")]
    [InlineData("join f --server {server} --data /nowhere --name one", "--data '/nowhere'")]
    [InlineData("join f --server {server} --data {data} --name a/b", "--name 'a/b'")]
    [InlineData("join f --server {server} --data {data} --name one --token-file none", "--token-file 'none'")]
    [InlineData("join f --server {server} --data {data} --name one --round 2", "did you mean '--rounds'")]
    public async Task What_cannot_be_is_refused_in_one_sentence(string line, string words)
    {
        string filled = line.Replace("{server}", await ServerAsync()).Replace("{data}", Images("wrong", 0, 20));
        var ran = await Programs.RunAsync(Programs.Edge, filled.Split(' '), _directory);
        ran.Refused(2, words);
    }

    [Fact(Timeout = Limit)]
    public async Task Where_tokens_are_needed_none_a_wrong_one_anothers_and_a_revoked_one_are_refused()
    {
        using var process = Programs.Start(Programs.Silo, ["serve", "--data-dir", Path.Combine(_directory, "silo"), "--gateway-port", "0", "--silo-port", "0", "--http-port", "0", "--require-tokens", "true"]);
        string ready = (await process.StandardOutput.ReadLineAsync())!;
        string gateway = ready.Split(' ')[4], server = ready.Split(' ')[6];
        Task<Ran> Cli(string line) => Programs.RunAsync(Programs.Cli, [.. line.Split(' '), "--json", "--cluster", gateway], _directory);
        try
        {
            (await Cli($"data add fashion-mnist {Programs.FashionMnist}")).Done();
            File.WriteAllText(Path.Combine(_directory, "spec.json"), Specification("secret/fed", 1));
            (await Cli("federate start spec.json")).Done();
            string data = Images("tokens", 0, 40);
            async Task<Ran> Try(string? token)
            {
                if (token is not null) File.WriteAllText(Path.Combine(_directory, "token"), token);
                string[] more = token is null ? [] : ["--token-file", "token"];
                return await Programs.RunAsync(Programs.Edge, ["join", "secret/fed", "--server", server, "--data", data, "--name", "one", "--json", "--quiet", .. more], _directory);
            }
            (await Try(null)).Refused(2, "a token is needed");
            (await Try("lg_0123456789ab_" + new string('0', 64))).Refused(2, "unknown, revoked or expired");
            string others = (await Cli("tokens create --federation secret/fed --client two")).Done().GetProperty("token").GetString()!;
            (await Try(others)).Refused(2, "for client 'two'");
            string elsewhere = (await Cli("tokens create --federation other/fed")).Done().GetProperty("token").GetString()!;
            (await Try(elsewhere)).Refused(2, "for federation 'other/fed'");
            var revoked = (await Cli("tokens create --federation secret/fed")).Done();
            (await Cli($"tokens revoke {revoked.GetProperty("id").GetString()}")).Done();
            (await Try(revoked.GetProperty("token").GetString())).Refused(2, "revoked");
            var good = (await Cli("tokens create --federation secret/fed --client one --days 1")).Done();
            Assert.Equal(1, (await Try(good.GetProperty("token").GetString())).Done().GetProperty("contributions").GetInt32());
            string listed = (await Cli("tokens list")).Output;
            Assert.DoesNotContain(good.GetProperty("token").GetString()!, listed);
            Assert.Contains(good.GetProperty("id").GetString()!, listed);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private async Task<string> ServerAsync() => (await silo.RunAsync("status")).Done().GetProperty("silos")[0].GetProperty("http").GetString()!;

    private async Task<string> StartAsync(string what, int rounds, int localEpochs = 1)
    {
        string name = $"edge/{what}-{Guid.NewGuid():N}"[..24], file = silo.Path($"{Guid.NewGuid():N}.json");
        File.WriteAllText(file, Specification(name, rounds, localEpochs));
        Assert.Equal(name, (await silo.RunAsync($"federate start {file}")).Done().GetProperty("name").GetString());
        return name;
    }

    // Returns when a federation has had so many rounds.
    private async Task RoundAsync(string name, int rounds)
    {
        using var watch = silo.Start($"federate watch {name}");
        while (await watch.StandardError.ReadLineAsync() is { } line)
            if (line.StartsWith("round ", StringComparison.Ordinal) ? int.Parse(line.Split(' ')[1]) >= rounds : line.Contains("round ") && int.Parse(line.Split("round ")[1].Split('/')[0]) >= rounds) break;
        watch.Kill();
    }

    private Process Join(string federation, string server, string name, string data, params string[] more)
    {
        var process = Programs.Start(Programs.Edge, ["join", federation, "--server", server, "--data", data, "--name", name, .. more.Contains("--json") ? more : [.. more, "--json"]], _directory);
        _started.Add(process);
        return process;
    }

    private static string Specification(string name, int rounds, int localEpochs = 1) => JsonSerializer.Serialize(new
    {
        name, data = "fashion-mnist", method = "fedavg", rounds, clientsPerRound = 1, localEpochs, batch = 10, lr = 0.05, partition = new { kind = "external" },
        model = new { width = 16, depth = 2, heads = 1, patch = 7 }, evaluation = new { lateEpochs = new[] { 0, 1 }, fineTuneEpochs = new[] { 1 } },
    });

    private string Images(string name, int from, int count) => ClientImages.Write(Path.Combine(_directory, name), from, count);
}
