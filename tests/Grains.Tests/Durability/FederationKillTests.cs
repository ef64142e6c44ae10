using System.Text.Json.Nodes;
using Learngene.Federation;
using Learngene.Grains.Tests.Federation;

namespace Learngene.Grains.Tests.Durability;

/// <summary>kill -9 at any moment: the federation goes on by itself in the same round, and ends in the same bytes.</summary>
public sealed class FederationKillTests
{
    private const int Rounds = 40;

    [Theory(Timeout = 400_000)]
    [InlineData("gene-fl", 14, """{}""")]
    [InlineData("scaffold", 6, """{"encoding":{"up":"f32"},"aggregation":{"rule":"trimmed-mean"}}""")]
    public async Task A_federation_that_is_killed_at_random_moments_ends_in_the_same_file(string method, int kills, string more)
    {
        string directory = Directory.CreateTempSubdirectory("learngene-fed-kill-").FullName;
        var chance = new Random(20260202);
        var silo = await SiloProcess.StartAsync(directory);
        try
        {
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            await silo.Client.Federations.StartAsync(Specification("undisturbed", method, more));
            var undisturbed = await silo.Client.Federations.WaitAsync("undisturbed");
            await silo.Client.Federations.StartAsync(Specification("killed", method, more));
            int killed = 0;
            while (true)
            {
                var status = await silo.Client.Federations.GetAsync("killed");
                if (killed == kills || status.Ended) break;
                // So many changes from now: anywhere in this round, or in one of the next.
                int changes = chance.Next(1, 9);
                await foreach (var change in silo.Client.Federations.WatchAsync("killed"))
                    if (--changes == 0) break;
                await silo.KillAsync();
                killed++;
                silo = await SiloProcess.StartAsync(directory);
            }
            var ended = await silo.Client.Federations.WaitAsync("killed");
            Assert.InRange(killed, kills / 2, kills);
            Assert.Equal(FederationState.Completed, ended.State);
            var (one, other) = (await silo.Client.Federations.HistoryAsync("undisturbed"), await silo.Client.Federations.HistoryAsync("killed"));
            Assert.Equal(one.Select(r => (r.Round, r.Participants, r.BytesUp, r.BytesDown, r.Loss)), other.Select(r => (r.Round, r.Participants, r.BytesUp, r.BytesDown, r.Loss)));
            Assert.Equal(one.SelectMany(r => r.Clients), other.SelectMany(r => r.Clients));
            Assert.Equal((undisturbed.BytesUp, undisturbed.BytesDown), (ended.BytesUp, ended.BytesDown));
            Assert.Equal(undisturbed.Result!.Weights, ended.Result!.Weights);
            Assert.Equal(1, ended.Result.Version);
        }
        finally
        {
            await silo.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Specification(string name, string method, string more) =>
        Specifications.Small(name, method, Rounds, [.. JsonNode.Parse(more)!.AsObject().Select(m => (m.Key, m.Value?.DeepClone()))]);
}
