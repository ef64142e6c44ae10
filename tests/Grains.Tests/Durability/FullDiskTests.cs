using System.Diagnostics;
using Learngene.Sdk.Jobs;

namespace Learngene.Grains.Tests.Durability;

/// <summary>A disk of a few megabytes, where this machine lets us mount one.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        string folder = Directory.CreateTempSubdirectory("learngene-mount-").FullName;
        if (Mount(folder)) Run("umount", folder);
        else Skip = "a tmpfs cannot be mounted here (root is needed)";
        Directory.Delete(folder);
    }

    public static bool Mount(string folder) => OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder);

    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

public sealed class FullDiskTests
{
    [SmallDiskFact(Timeout = 120_000)]
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
