using System.Diagnostics;
using System.Threading.Channels;
using Learngene.Cluster.Tests.Servers;
using Learngene.Federation;
using Learngene.Sdk.Tests.Edge;

namespace Learngene.Cluster.Tests.Serving;

/// <summary>Edge clients that know both silos of a cluster, while each silo is killed once and another takes its place: the same file as without.</summary>
[Collection(OnRedis.Name)]
public sealed class EdgeTests(RedisServer server)
{
    private static readonly string[] s_names = ["one", "two"];

    [RedisFact(Timeout = 300_000)]
    public async Task Clients_go_on_with_the_other_silo_when_theirs_dies()
    {
        await using var cluster = new SiloCluster("redis", server.Connection);
        await cluster.StartAsync(2);
        await cluster.Client.Data.AddAsync("fashion", SiloCluster.Images);
        string directory = Directory.CreateTempSubdirectory("learngene-edges-").FullName;
        try
        {
            var undisturbed = await RunAsync(cluster, directory, "undisturbed", null);
            var killed = await RunAsync(cluster, directory, "killed", async () =>
            {
                var first = cluster.Silos[0];
                cluster.Silos.Remove(first);
                await first.KillAsync();
                await first.DisposeAsync();
            });
            Assert.Equal(undisturbed.Result!.Weights, killed.Result!.Weights);
            Assert.Equal((undisturbed.BytesUp, undisturbed.BytesDown), (killed.BytesUp, killed.BytesDown));
            Assert.All(await cluster.Client.Federations.HistoryAsync("killed"), r => Assert.Equal(s_names, r.Clients));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // Both clients take part in all rounds; after the fourth and the eighth the silo that has been there longest is killed, once another is there.
    private static async Task<FederationStatus> RunAsync(SiloCluster cluster, string directory, string name, Func<Task>? kill)
    {
        await cluster.Client.Federations.StartAsync($$"""
            { "name": "{{name}}", "data": "fashion", "method": "fedavg", "rounds": 16, "clientsPerRound": 2, "quorum": 2, "deadline": 600, "batch": 10, "lr": 0.05, "seed": 3,
              "partition": { "kind": "external" }, "model": { "width": 16, "depth": 2, "heads": 1, "patch": 7 } }
            """);
        // The second knows a silo that was never there.
        var servers = cluster.Silos.Select(s => s.Http).ToList();
        var spare = kill is null ? [] : new List<SiloProcess> { await cluster.AddAsync(), await cluster.AddAsync() };
        servers.AddRange(spare.Select(s => s.Http));
        string all = string.Join(',', servers);
        var lines = Channel.CreateUnbounded<string>();
        var clients = s_names.Select(n => Join(directory, name, n, n == "one" ? all : $"http://127.0.0.1:{Programs.FreePort()},{all}", lines.Writer)).ToList();
        try
        {
            if (kill is not null)
                for (int kills = 0; kills < 2; kills++)
                {
                    for (int rounds = 0; rounds < 8;)
                        if ((await lines.Reader.ReadAsync()).StartsWith("round ", StringComparison.Ordinal)) rounds++;
                    await kill();
                }
            await cluster.ConnectAsync();
            var ended = await cluster.Client.Federations.WaitAsync(name);
            Assert.True(ended.Evaluation is { BytesToInitialise: > 10_000 }, $"{ended.Evaluation}");
            foreach (var client in clients) await client.WaitForExitAsync();
            Assert.All(clients, c => Assert.Equal(0, c.ExitCode));
            return ended;
        }
        finally
        {
            foreach (var client in clients)
            {
                if (!client.HasExited) client.Kill();
                client.Dispose();
            }
        }
    }

    private static Process Join(string directory, string federation, string name, string servers, ChannelWriter<string> lines)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "learngene-edge.dll"), "join", federation, "--server", servers, "--data", ClientImages.Write(Path.Combine(directory, name), name == "one" ? 0 : 500, 60), "--name", name,
            "--state-dir", Path.Combine(directory, $"{federation}-{name}"),
        ]) { RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null) lines.TryWrite(e.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }
}
