using Learngene.Sdk.Jobs;

namespace Learngene.Grains.Tests.Durability;

public sealed class FullDiskTests
{
    [SmallDiskFact(Timeout = 120_000)]
    public async Task A_disk_that_is_full_for_a_while_costs_checkpoints_and_not_the_job()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-full-").FullName;
        Assert.True(SmallDiskFactAttribute.Mount(directory));
        try
        {
            await using var silo = await SiloProcess.StartAsync(Path.Combine(directory, "data"), "--checkpoint-seconds", "0.5");
            var jobs = silo.Client.Jobs;
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            string filler = Path.Combine(directory, "filler");
            await File.WriteAllBytesAsync(filler, new byte[new DriveInfo(directory).AvailableFreeSpace - 1_500_000]);
            var job = await jobs.TrainAsync("big", "fashion", 128, 4, 7, options: SiloFixture.Small(epochs: 2));
            // First no checkpoint can be written, and then not even what was made; either is told, and the job goes on.
            await foreach (var status in jobs.WatchAsync(job.Id))
                if (status.Error?.Contains("no checkpoint since step 0", StringComparison.Ordinal) == true) break;
            await foreach (var status in jobs.WatchAsync(job.Id))
                if (status.Error?.Contains("waits a while for room", StringComparison.Ordinal) == true) break;
            File.Delete(filler);
            var done = await jobs.WaitAsync(job.Id);
            Assert.Null(done.Error);
            Assert.Equal(1, done.Result!.Version);
        }
        finally
        {
            SmallDiskFactAttribute.Run("umount", directory);
            Directory.Delete(directory);
        }
    }

    [SmallDiskFact(Timeout = 180_000)]
    public async Task A_full_disk_fails_the_job_in_words_and_the_job_can_be_resumed_when_there_is_space()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-full-").FullName;
        Assert.True(SmallDiskFactAttribute.Mount(directory));
        try
        {
            await using var silo = await SiloProcess.StartAsync(Path.Combine(directory, "data"), "--checkpoint-seconds", "0.5");
            var jobs = silo.Client.Jobs;
            await silo.Client.Data.AddAsync("fashion", SiloFixture.Images);
            var earlier = await jobs.WaitAsync((await jobs.TrainAsync("earlier", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
            // About 3.5 MB of weights and 10 MB a checkpoint: the filler leaves room for the database, not for these.
            var job = await jobs.TrainAsync("big", "fashion", 128, 4, 7, options: SiloFixture.Small(epochs: 3));
            string filler = Path.Combine(directory, "filler");
            await File.WriteAllBytesAsync(filler, new byte[new DriveInfo(directory).AvailableFreeSpace - 1_500_000]);
            var failure = await Assert.ThrowsAsync<JobFailedException>(() => jobs.WaitAsync(job.Id));
            Assert.Contains("disk is full", failure.Message);
            Assert.Contains($"jobs resume {job.Id}", failure.Message);
            Assert.False(failure.Status.InputError);

            File.Delete(filler);
            Assert.Equal(earlier.Result!.Weights, (await silo.Client.Learngenes.GetAsync("earlier")).Weights);
            await jobs.ResumeAsync(job.Id);
            Assert.Equal(1, (await jobs.WaitAsync(job.Id)).Result!.Version);
        }
        finally
        {
            SmallDiskFactAttribute.Run("umount", directory);
            Directory.Delete(directory);
        }
    }
}
