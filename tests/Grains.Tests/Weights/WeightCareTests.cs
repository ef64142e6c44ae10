using Learngene.Grains.Tests.Weights.S3;
using Learngene.Grains.Weights;
using Learngene.Sdk;
using Learngene.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Learngene.Grains.Tests.Weights;

/// <summary>Checking, clearing up and copying all weights of a silo.</summary>
public sealed class WeightCareTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("learngene-care-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact(Timeout = 120_000)]
    public async Task Damage_is_told_file_by_file_and_put_aside()
    {
        await using var silo = await StartAsync(new());
        await using var client = await LearngeneClient.ConnectAsync(silo.Gateway);
        var store = silo.Services.GetRequiredService<IWeightStore>();
        var all = Enumerable.Range(1, 9).Select(seed => store.Put(s => s.Write(WeightFixture.Content(10_000, seed)))).ToList();
        var fine = await client.Weights.VerifyAsync();
        Assert.Equal((WeightCareState.Completed, 9, 90_000L, 0), (fine.State, fine.FilesDone, fine.BytesDone, fine.Problems.Count));

        string damaged = Directory.EnumerateFiles(_directory.FullName, all[4].Sha256 + ".safetensors", SearchOption.AllDirectories).Single();
        var written = File.GetLastWriteTimeUtc(damaged);
        await File.WriteAllBytesAsync(damaged, WeightFixture.Content(10_000, 99));
        File.SetLastWriteTimeUtc(damaged, written); // nothing but reading it tells
        var found = await client.Weights.VerifyAsync();
        Assert.Equal((WeightCareState.Completed, 9), (found.State, found.FilesDone));
        var problem = Assert.Single(found.Problems);
        Assert.Equal(all[4], problem.Weights);
        Assert.Contains("quarantine", problem.Problem);
        Assert.Equal(8, (await client.Weights.VerifyAsync()).FilesDone);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_dry_run_names_what_the_collection_then_removes()
    {
        await using var silo = await StartAsync(new());
        await using var client = await LearngeneClient.ConnectAsync(silo.Gateway);
        var store = silo.Services.GetRequiredService<IWeightStore>();
        WeightRef old = store.Put(s => s.Write(WeightFixture.Content(1_000))), young = store.Put(s => s.Write(WeightFixture.Content(2_000)));
        File.SetLastWriteTimeUtc(Directory.EnumerateFiles(_directory.FullName, old.Sha256 + ".safetensors", SearchOption.AllDirectories).Single(), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var would = await client.Weights.CollectAsync(dryRun: true);
        Assert.Equal((2, 1, 1_000L, old.Sha256), (would.Files, would.Changed, would.ChangedBytes, would.Removed.Single()));
        Assert.True(store.Exists(old));
        var done = await client.Weights.CollectAsync(dryRun: false);
        Assert.Equal([old.Sha256], done.Removed);
        Assert.Equal((false, true), (store.Exists(old), store.Exists(young)));
    }

    [S3Fact(Timeout = 180_000)]
    public async Task A_directory_is_copied_to_a_bucket_and_back_and_what_is_there_is_left_out()
    {
        await using var server = await S3Server.StartAsync();
        var settings = new SiloSettings { S3Endpoint = server.Endpoint, S3PathStyle = true, S3Credentials = server.Credentials, S3PatienceSeconds = 1 };
        await using var silo = await StartAsync(settings);
        await using var client = await LearngeneClient.ConnectAsync(silo.Gateway);
        var store = silo.Services.GetRequiredService<IWeightStore>();
        var all = Enumerable.Range(1, 20).Select(seed => store.Put(s => s.Write(WeightFixture.Content(50_000, seed)))).ToList();

        // Broken off: the server goes in the middle, the copy fails in words, and the next one does the rest.
        var copying = client.Weights.CopyAsync("s3://weights/copy");
        while (!copying.IsCompleted && !server.Objects("copy").Any()) await Task.Yield();
        await server.KillAsync();
        var broken = await copying;
        await server.RestartAsync();
        if (broken.State == WeightCareState.Failed) Assert.Contains($"the object store {server.Endpoint} did not", broken.Error);
        else Assert.Equal(WeightCareState.Completed, broken.State); // it was quicker
        var rest = await client.Weights.CopyAsync("s3://weights/copy");
        Assert.True(rest.Error is null, rest.Error);
        Assert.Equal((WeightCareState.Completed, 20, 1_000_000L), (rest.State, rest.FilesDone, rest.BytesDone));
        Assert.True(rest.Changed <= 20 - broken.Changed, $"{broken.Changed} and then {rest.Changed} were copied");
        Assert.Equal(0, (await client.Weights.CopyAsync("s3://weights/copy")).Changed);

        using var other = new S3Silo(server, "copy");
        foreach (var weights in all) Assert.Equal(WeightFixture.Name(await other.ReadAsync(weights)), weights);
        string back = Path.Combine(_directory.FullName, "back");
        await using var inBucket = await StartAsync(settings with { DataDir = Path.Combine(_directory.FullName, "second"), Weights = "s3://weights/copy" });
        await using var itsClient = await LearngeneClient.ConnectAsync(inBucket.Gateway);
        Assert.Equal(20, (await itsClient.Weights.CopyAsync(back)).Changed);
        Assert.Equal(all.Select(w => w.Sha256).Order(), new DirectoryWeightStore(back, TimeProvider.System).List().Select(s => s.Reference.Sha256).Order());
        Assert.Equal(20, (await itsClient.StatusAsync()).StoredWeights);
        Assert.Contains("is not an address", (await Assert.ThrowsAsync<RefusedException>(() => itsClient.Weights.CopyAsync("s3://X"))).Message);
    }

    private Task<SiloHost> StartAsync(SiloSettings settings) => SiloHost.StartAsync(
        settings with { DataDir = settings.DataDir == new SiloSettings().DataDir ? Path.Combine(_directory.FullName, "first") : settings.DataDir, GatewayPort = 0, SiloPort = 0, HttpPort = 0, Threads = 1 }, quiet: true, default);
}
