using Learngene.Jobs;
using Learngene.Sdk;

namespace Learngene.Grains.Tests.Durability;

/// <summary>A training of several workers whose silo is killed or told to end, at any moment of its rounds, ends in the same bytes.</summary>
public sealed class ParallelDurabilityTests
{
    [Fact(Timeout = 300_000)]
    public async Task A_training_of_three_workers_that_is_killed_at_random_moments_ends_in_the_same_file()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-parallel-kill-").FullName;
        var chance = new Random(20260102);
        string[] arguments = ["--checkpoint-seconds", "0.2"];
        var silo = await SiloProcess.StartAsync(directory, arguments);
        try
        {
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            var undisturbed = await silo.Client.Jobs.WaitAsync((await TrainAsync(silo.Client, "undisturbed")).Id);
            var job = await TrainAsync(silo.Client, "killed");
            for (int kill = 1; kill <= 4; kill++)
            {
                long moment = undisturbed.Steps * kill / 5 + chance.NextInt64(undisturbed.Steps / 10);
                await silo.UntilAsync(job.Id, moment);
                await silo.KillAsync();
                silo = await SiloProcess.StartAsync(directory, arguments);
            }
            var done = await silo.Client.Jobs.WaitAsync(job.Id);
            Assert.Equal(undisturbed.Result!.Weights, done.Result!.Weights);
            Assert.Equal(undisturbed.History, done.History);
            Assert.Equal((1, undisturbed.Metrics["bytes"]), (done.Result.Version, done.Metrics["bytes"]));
            Assert.Equal(2, (await silo.Client.Jobs.ListAsync()).Count(j => j.Spec.Kind != JobKind.AddData)); // no shard is listed
        }
        finally
        {
            await silo.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task One_that_is_told_to_end_goes_on_inside_its_round_and_leaves_only_its_result()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-parallel-drain-").FullName;
        string[] arguments = ["--checkpoint-seconds", "3600"]; // only who is told to end writes a checkpoint
        var silo = await SiloProcess.StartAsync(directory, arguments);
        try
        {
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            var undisturbed = await silo.Client.Jobs.WaitAsync((await TrainAsync(silo.Client, "undisturbed")).Id);
            var job = await TrainAsync(silo.Client, "drained");
            await silo.UntilAsync(job.Id, undisturbed.Steps / 2);
            Assert.Equal(0, (await silo.TerminateAsync()).Code);
            silo = await SiloProcess.StartAsync(directory, arguments);
            Assert.Equal(undisturbed.Result!.Weights, (await silo.Client.Jobs.WaitAsync(job.Id)).Result!.Weights);
            string result = Assert.Single(Directory.EnumerateFiles(Path.Combine(directory, "weights"), "*", SearchOption.AllDirectories));
            Assert.Contains(undisturbed.Result.Weights!.Sha256, Path.GetFileName(result));
        }
        finally
        {
            await silo.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    // 120 batches in four rounds of ten steps.
    private static Task<JobStatus> TrainAsync(LearngeneClient client, string name) =>
        client.Jobs.TrainAsync(name, "fashion", 32, 4, 7, options: SiloFixture.Small(8, 5, ("images", 480), ("workers", 3), ("localSteps", 10), ("dropPath", 0.1)));
}
