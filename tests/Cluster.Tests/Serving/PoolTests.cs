using Learngene.Cluster.Tests.Servers;
using Learngene.Jobs;
using Learngene.Scheduling;

namespace Learngene.Cluster.Tests.Serving;

/// <summary>Silos that announce different pools and memory: where jobs go, when they wait, and where they go when a silo leaves.</summary>
[Collection(OnPostgres.Name)]
public sealed class PoolTests(PostgresServer server)
{
    [PostgresFact(Timeout = 300_000)]
    public async Task Jobs_run_where_their_device_is_wait_for_it_and_move_when_it_goes()
    {
        await using var cluster = new SiloCluster("postgres", await server.NewDatabaseAsync());
        await cluster.StartAsync(1);
        var small = await cluster.AddAsync("--device-pool", "lab", "--device-memory", "1000000000");
        await cluster.AddAsync("--device-pool", "lab", "--device-memory", "4000000000");
        await cluster.Client.Data.AddAsync("fashion", SiloCluster.Images);
        var undisturbed = await cluster.Client.Jobs.WaitAsync((await BeginAsync(cluster, "plain", null)).Id);

        // Each of a few jobs goes to a silo of its pool, whichever silo took it in.
        await PoolAsync(cluster, p => p.Devices.Count == 2);
        var lab = new DeviceNeed { Pool = "lab" };
        var jobs = new List<JobStatus>();
        for (int i = 0; i < 3; i++) jobs.Add(await BeginAsync(cluster, $"lab-{i}", lab));
        await UntilAsync(cluster, jobs[0].Id, s => s.Device is not null);
        await UntilAsync(cluster, jobs[1].Id, s => s.Device is not null);
        var waits = await UntilAsync(cluster, jobs[2].Id, s => s.Waiting is not null);
        Assert.Contains("waits in pool 'lab'", waits.Waiting);
        var pool = await cluster.Client.PoolAsync("lab");
        Assert.Equal([jobs[0].Id, jobs[1].Id], pool.Devices.Select(d => d.Job!).OrderBy(j => jobs.FindIndex(x => x.Id == j)));
        Assert.Equal(3, (await cluster.Client.SilosAsync()).Count);

        // One that needs more than the small silo has is given the large one; a silo that ends loses its job to the other.
        await small.TerminateAsync();
        foreach (var job in jobs)
        {
            var done = await cluster.Client.Jobs.WaitAsync(job.Id);
            Assert.Equal(undisturbed.Result!.Weights, done.Result!.Weights);
        }
        Assert.Single((await cluster.Client.PoolAsync("lab")).Devices);

        // A job whose pool has no silo waits, and begins when one comes.
        var nowhere = await BeginAsync(cluster, "nowhere", new() { Pool = "new", Memory = 2_000_000_000 });
        Assert.Contains("pool 'new' has no silo", (await UntilAsync(cluster, nowhere.Id, s => s.Waiting is not null)).Waiting);
        await cluster.AddAsync("--device-pool", "new", "--device-memory", "1000000000");
        Assert.Contains("2.0 GB: the largest of pool 'new' has 1.0 GB", (await UntilAsync(cluster, nowhere.Id, s => s.Waiting?.Contains("largest", StringComparison.Ordinal) == true)).Waiting);
        var fits = await cluster.AddAsync("--device-pool", "new", "--device-memory", "3000000000");
        var placed = await UntilAsync(cluster, nowhere.Id, s => s.Device is not null);
        var held = (await cluster.Client.PoolAsync("new")).Devices.Single(d => d.Job is not null);
        Assert.Equal(($"cpu of {held.Silo}", 3_000_000_000), (placed.Device, held.Memory));

        // Killed where it is, with nothing else that suits, it waits for the next.
        await UntilAsync(cluster, nowhere.Id, s => s.CheckpointStep > 0);
        await fits.KillAsync();
        await UntilAsync(cluster, nowhere.Id, s => s.Waiting?.Contains("largest", StringComparison.Ordinal) == true);
        await cluster.AddAsync("--device-pool", "new");
        Assert.Equal(undisturbed.Result!.Weights, (await cluster.Client.Jobs.WaitAsync(nowhere.Id)).Result!.Weights);
    }

    private static Task<JobStatus> BeginAsync(SiloCluster cluster, string name, DeviceNeed? needs) =>
        cluster.Client.Jobs.TrainAsync($"model/{name}", "fashion", 32, 4, 7, options: Work.Small(epochs: 12) with { Needs = needs });

    private static async Task PoolAsync(SiloCluster cluster, Func<PoolStatus, bool> condition) =>
        await Programs.UntilAsync(async () => condition(await cluster.Client.PoolAsync("lab")), "the pool");

    private static async Task<JobStatus> UntilAsync(SiloCluster cluster, string job, Func<JobStatus, bool> condition)
    {
        await foreach (var status in cluster.Client.Jobs.WatchAsync(job))
            if (condition(status)) return status;
        throw new InvalidOperationException($"{job} ended first: {await cluster.Client.Jobs.GetAsync(job)}");
    }
}
