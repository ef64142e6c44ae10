using Learngene.Grains.Tests.Weights.S3;
using Learngene.Jobs;
using Learngene.Sdk;

namespace Learngene.Grains.Tests.Durability;

/// <summary>A LeTs job on a silo whose weights are in a bucket, while the S3 server and the silo are killed.</summary>
public sealed class S3JobTests
{
    [S3Fact(Timeout = 300_000)]
    public async Task A_job_ends_in_the_same_file_though_the_s3_server_and_the_silo_are_killed_in_it()
    {
        await using var server = await S3Server.StartAsync();
        string directory = Directory.CreateTempSubdirectory("learngene-s3-job-").FullName, elsewhere = Directory.CreateTempSubdirectory("learngene-s3-other-").FullName;
        string[] arguments = server.Arguments("cluster", "--checkpoint-seconds", "0.2", "--weight-cache-bytes", "2000000");
        var silo = await SiloProcess.StartAsync(directory, arguments);
        try
        {
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            await silo.Client.Jobs.WaitAsync((await silo.Client.Jobs.TrainAsync("ancestry", "fashion", 32, 2, 7, options: SiloFixture.Small())).Id);
            var undisturbed = await silo.Client.Jobs.WaitAsync((await LearnAsync(silo.Client, "undisturbed")).Id);
            var job = await LearnAsync(silo.Client, "disturbed");
            for (int trouble = 1; trouble <= 4; trouble++)
            {
                long moment = undisturbed.Steps * trouble / 5;
                await foreach (var status in silo.Client.Jobs.WatchAsync(job.Id))
                    if (status.Step >= moment) break;
                await server.KillAsync();
                if (trouble == 3)
                {
                    await silo.KillAsync();
                    Directory.Delete(Path.Combine(directory, "weight-cache"), recursive: true); // as on another machine
                    silo = await StartedWithoutServerAsync(directory, arguments, server);
                }
                else await server.RestartAsync();
            }
            var done = await silo.Client.Jobs.WaitAsync(job.Id);
            Assert.Equal(undisturbed.Result!.Weights, done.Result!.Weights);
            Assert.Equal(1, done.Result.Version);

            // What came through the cache and the door is what was stored.
            string file = Path.Combine(elsewhere, "lets.safetensors");
            await silo.Client.Weights.DownloadAsync(done.Result.Weights!, file);
            var import = await silo.Client.Weights.UploadAsync(file);
            Assert.Equal(done.Result.Weights, import);
            Assert.True(Directory.EnumerateFiles(Path.Combine(directory, "weight-cache"), "*.safetensors", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length) <= 2_000_000);
            Assert.False(Directory.Exists(Path.Combine(directory, "weights")));
        }
        finally
        {
            await silo.DisposeAsync();
            Directory.Delete(directory, recursive: true);
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    [S3Fact(Timeout = 120_000)]
    public async Task A_silo_does_not_start_with_a_bucket_that_is_not_there()
    {
        await using var server = await S3Server.StartAsync();
        string directory = Directory.CreateTempSubdirectory("learngene-s3-none-").FullName;
        string[] arguments = [.. server.Arguments("x").Select(a => a.Replace("s3://weights/", "s3://no-such-bucket/"))];
        var (code, _, error) = await SiloProcess.RunToEndAsync(directory, arguments);
        Assert.Equal(2, code);
        Assert.Contains($"{server.Endpoint} refused to list s3://no-such-bucket/x/", error);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<SiloProcess> StartedWithoutServerAsync(string directory, string[] arguments, S3Server server)
    {
        var silo = await SiloProcess.StartAsync(directory, arguments); // says that nothing answers, and waits for it where it needs it
        await server.RestartAsync();
        return silo;
    }

    private static Task<JobStatus> LearnAsync(LearngeneClient client, string name) =>
        client.Jobs.LearnLetsAsync(name, "ancestry", "fashion", (16, 2), (48, 4), SiloFixture.Small(epochs: 4, seed: 9, ("dropPath", 0.1)));
}
