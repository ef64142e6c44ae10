using Learngene.Cluster.Tests.Servers;
using Learngene.Jobs;
using Learngene.Sdk.Jobs;

namespace Learngene.Cluster.Tests.Serving;

[Collection(OnPostgres.Name)]
public sealed class ClusterTests(PostgresServer server)
{
    [PostgresFact(Timeout = 180_000)]
    public async Task Three_silos_on_PostgreSQL_serve_one_state()
    {
        await using var cluster = new SiloCluster("postgres", await server.NewDatabaseAsync());
        await cluster.StartAsync(3);
        await Tell.AllOfItAsync(cluster);
        Assert.DoesNotContain(PostgresServer.Password, string.Join('\n', cluster.Silos.Select(s => s.Log)));
    }
}

[Collection(OnRedis.Name)]
public sealed class RedisClusterTests(RedisServer server)
{
    [RedisFact(Timeout = 180_000)]
    public async Task Three_silos_on_Redis_serve_one_state()
    {
        await using var cluster = new SiloCluster("redis", server.Connection);
        await cluster.StartAsync(3);
        await Tell.AllOfItAsync(cluster);
        Assert.DoesNotContain(RedisServer.Password, string.Join('\n', cluster.Silos.Select(s => s.Log)));
    }
}

internal static class Tell
{
    /// <summary>Data, jobs and a file through whichever silo, seen by all of them.</summary>
    public static async Task AllOfItAsync(SiloCluster cluster)
    {
        await cluster.Client.Data.AddAsync("fashion", SiloCluster.Images);
        var jobs = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => cluster.Client.Jobs.TrainAsync($"model-{i}", "fashion", 16, 2, 7, options: Work.Small())));
        var done = await Task.WhenAll(jobs.Select(j => cluster.Client.Jobs.WaitAsync(j.Id)));
        Assert.All(done, d => Assert.Equal(done[0].Result!.Weights, d.Result!.Weights));
        foreach (var silo in cluster.Silos)
        {
            await using var one = await Sdk.LearngeneClient.ConnectAsync(cluster.Connection() with { Cluster = silo.Gateway });
            Assert.Equal(7, (await one.Jobs.ListAsync()).Count(j => j.State == JobState.Completed));
            string file = Path.GetTempFileName();
            await one.Weights.DownloadAsync(done[0].Result!.Weights!, file);
            File.Delete(file);
        }
    }
}
