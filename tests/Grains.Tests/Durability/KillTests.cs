using Learngene.Jobs;
using Learngene.Sdk;

namespace Learngene.Grains.Tests.Durability;

/// <summary>kill -9 at any moment: the job goes on by itself, and ends in the same bytes.</summary>
public sealed class KillTests
{
    [Theory(Timeout = 300_000), InlineData("lets", 10), InlineData("decomposition in phases", 5)]
    public async Task A_job_that_is_killed_at_random_moments_ends_in_the_same_file(string what, int kills)
    {
        bool lets = what == "lets";
        string directory = Directory.CreateTempSubdirectory("learngene-kill-").FullName;
        var chance = new Random(20260101);
        var silo = await SiloProcess.StartAsync(directory, "--checkpoint-seconds", "0.2");
        try
        {
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            await silo.Client.Jobs.WaitAsync((await silo.Client.Jobs.TrainAsync("ancestry", "fashion", 32, 2, 7, options: SiloFixture.Small())).Id);
            var undisturbed = await silo.Client.Jobs.WaitAsync((await LearnAsync(silo.Client, "undisturbed", lets)).Id);
            for (int kill = 0; kill < kills; kill++)
            {
                var job = await LearnAsync(silo.Client, $"killed-{kill}", lets);
                long moment = chance.NextInt64(undisturbed.Steps);
                await foreach (var status in silo.Client.Jobs.WatchAsync(job.Id))
                    if (status.Step >= moment) break;
                await silo.KillAsync();
                silo = await SiloProcess.StartAsync(directory, "--checkpoint-seconds", "0.2");
                var done = await silo.Client.Jobs.WaitAsync(job.Id);
                Assert.Equal(undisturbed.Result!.Weights, done.Result!.Weights);
                Assert.Equal(lets ? 1 : 3, done.Result.Version);
            }
            Assert.All(await silo.Client.Jobs.ListAsync(), j => Assert.Equal(JobState.Completed, j.State));
        }
        finally
        {
            await silo.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task<JobStatus> LearnAsync(LearngeneClient client, string name, bool lets) => lets
        ? client.Jobs.LearnLetsAsync(name, "ancestry", "fashion", (16, 2), (48, 4), SiloFixture.Small(epochs: 4, seed: 9, ("dropPath", 0.1)))
        : client.Jobs.LearnDecompositionAsync(name, "ancestry", "fashion", [1, 2, 3], SiloFixture.Small(2, 9, ("training", "phases"), ("dropPath", 0.1), ("depth", 4)));
}
