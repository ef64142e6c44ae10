using Learngene.Cluster.Tests.Servers;
using Learngene.Jobs;

namespace Learngene.Cluster.Tests.Serving;

[Collection(OnRedis.Name)]
public sealed class ParallelTests(RedisServer server)
{
    [RedisFact(Timeout = 300_000)]
    public async Task Workers_come_to_the_same_on_one_silo_on_two_and_where_one_of_two_is_killed()
    {
        await using var cluster = new SiloCluster("redis", server.Connection);
        await cluster.StartAsync(1);
        await cluster.Client.Data.AddAsync("fashion", SiloCluster.Images);
        var alone = await cluster.Client.Jobs.WaitAsync((await TrainAsync("alone")).Id);
        await cluster.AddAsync();
        await cluster.ConnectAsync();
        var two = await cluster.Client.Jobs.WaitAsync((await TrainAsync("two")).Id);
        Assert.Equal(alone.Result!.Weights, two.Result!.Weights);
        Assert.Equal(alone.Metrics["bytes"], two.Metrics["bytes"]);

        var killed = await TrainAsync("killed");
        await foreach (var status in cluster.Client.Jobs.WatchAsync(killed.Id))
            if (status.Step >= alone.Steps / 2) break;
        await cluster.Silos[0].KillAsync();
        cluster.Silos.RemoveAt(0);
        await cluster.ConnectAsync();
        var done = await cluster.Client.Jobs.WaitAsync(killed.Id);
        Assert.Equal(alone.Result.Weights, done.Result!.Weights);
        Assert.Equal(alone.History, done.History);

        Task<JobStatus> TrainAsync(string name) => cluster.Client.Jobs.TrainAsync(
            name, "fashion", 32, 4, 7, options: Work.Small(8, 5, ("workers", 4), ("localSteps", 8), ("dropPath", 0.1)));
    }
}
