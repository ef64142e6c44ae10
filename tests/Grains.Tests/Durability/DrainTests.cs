using Learngene.Grains.Tests.Weights.S3;
using Learngene.Jobs;
using Learngene.Sdk;

namespace Learngene.Grains.Tests.Durability;

/// <summary>A silo that is told to end writes the checkpoints of its jobs, ends with code 0 within 30 s, and they go on where they were.</summary>
public sealed class DrainTests
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(30);

    [Fact(Timeout = 180_000)]
    public async Task Jobs_checkpoint_and_go_on_at_the_next_start()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-drain-").FullName;
        // Nobody would write a checkpoint in these seconds but who is told to end.
        string[] arguments = ["--checkpoint-seconds", "3600"];
        var silo = await SiloProcess.StartAsync(directory, arguments);
        try
        {
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            var undisturbed = await silo.Client.Jobs.WaitAsync((await TrainAsync(silo.Client, "undisturbed")).Id);
            var job = await TrainAsync(silo.Client, "drained");
            var waiting = await TrainAsync(silo.Client, "waiting");
            await silo.UntilAsync(job.Id, undisturbed.Steps / 2);
            var (code, time) = await silo.TerminateAsync();
            Assert.Equal(0, code);
            Assert.True(time < s_most, $"it took {time}");
            silo = await SiloProcess.StartAsync(directory, arguments);
            var first = await silo.Client.Jobs.GetAsync(job.Id);
            Assert.True(first.CheckpointStep >= undisturbed.Steps / 2, $"it goes on at step {first.CheckpointStep} of {undisturbed.Steps}");
            Assert.Equal(undisturbed.Result!.Weights, (await silo.Client.Jobs.WaitAsync(job.Id)).Result!.Weights);
            Assert.Equal(undisturbed.Result.Weights, (await silo.Client.Jobs.WaitAsync(waiting.Id)).Result!.Weights);
        }
        finally
        {
            await silo.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    [S3Fact(Timeout = 180_000)]
    public async Task A_silo_ends_in_time_though_object_storage_does_not_answer_and_the_job_goes_on_from_its_last_checkpoint()
    {
        await using var server = await S3Server.StartAsync();
        string directory = Directory.CreateTempSubdirectory("learngene-drain-s3-").FullName;
        string[] arguments = server.Arguments("drain", "--checkpoint-seconds", "0.2");
        var silo = await SiloProcess.StartAsync(directory, arguments);
        try
        {
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            var undisturbed = await silo.Client.Jobs.WaitAsync((await TrainAsync(silo.Client, "undisturbed")).Id);
            var job = await TrainAsync(silo.Client, "drained");
            await silo.UntilAsync(job.Id, undisturbed.Steps / 2);
            await server.KillAsync();
            var (code, time) = await silo.TerminateAsync();
            await server.RestartAsync();
            Assert.Equal(0, code);
            Assert.True(time < s_most, $"it took {time}");
            silo = await SiloProcess.StartAsync(directory, arguments);
            Assert.Equal(undisturbed.Result!.Weights, (await silo.Client.Jobs.WaitAsync(job.Id)).Result!.Weights);
        }
        finally
        {
            await silo.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task<JobStatus> TrainAsync(LearngeneClient client, string name) =>
        client.Jobs.TrainAsync(name, "fashion", 32, 4, 7, options: SiloFixture.Small(epochs: 8, seed: 5));
}
