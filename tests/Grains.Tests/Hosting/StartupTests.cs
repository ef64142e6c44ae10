using System.CommandLine;
using Learngene.Silo.Hosting;

namespace Learngene.Grains.Tests.Hosting;

[Collection(OneSilo.Name)]
public sealed class StartupTests(SiloFixture fixture)
{
    private static SiloSettings Read(string file, params string[] args)
    {
        var options = SiloSettings.Options();
        var command = new Command("serve");
        foreach (var option in options) command.Add(option);
        return SiloSettings.Read(command.Parse(args), options, file);
    }

    private static string WithFile(string json)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, json);
        return file;
    }

    [Fact(Timeout = 30_000)]
    public async Task A_second_process_is_kept_from_the_data_directory()
    {
        var settings = new SiloSettings { DataDir = fixture.Directory, GatewayPort = 0, SiloPort = 0, HttpPort = 0 };
        var refusal = await Assert.ThrowsAsync<StartupException>(() => SiloHost.StartAsync(settings, quiet: true, default));
        Assert.Contains(fixture.Directory, refusal.Message);
        Assert.Contains("--data-dir", refusal.Message);
    }

    [Fact]
    public void The_command_line_wins_over_the_file() =>
        Assert.Equal((7, 2), Read(WithFile("""{ "Learngene": { "httpPort": 5, "threads": 2 } }"""), "--http-port", "7") is var s ? (s.HttpPort, s.Threads) : default);

    [Theory]
    [InlineData("""{ "Learngene": { "htpPort": 5 } }""", "httpPort")]
    [InlineData("""{ "Learngene": { "httpPort": "x" } }""", "'x'")]
    [InlineData("""{ "Learngene": { "httpPort": 70000 } }""", "0..65535")]
    [InlineData("""{ "Learngene": """, "not JSON")]
    [InlineData("""{ "Learngene": { "httpAddress": "0.0.0.0" } }""", "needs TLS")]
    [InlineData("""{ "Learngene": { "httpAddress": "here" } }""", "not an IP address")]
    [InlineData("""{ "Learngene": { "httpCertificate": "c.pem" } }""", "go together")]
    [InlineData("""{ "Learngene": { "requireTokens": "perhaps" } }""", "true or false")]
    [InlineData("""{ "Learngene": { "weights": "s3://Bucket/x" } }""", "s3://bucket/prefix")]
    [InlineData("""{ "Learngene": { "weights": "https://x/y" } }""", "neither a directory nor s3://")]
    [InlineData("""{ "Learngene": { "s3Endpoint": "minio:9000" } }""", "s3-endpoint 'minio:9000' is not an address")]
    [InlineData("""{ "Learngene": { "s3Encryption": "rot13" } }""", "none of AES256")]
    [InlineData("""{ "Learngene": { "s3PartBytes": 1000 } }""", "outside 5242880..5368709120")]
    [InlineData("""{ "Learngene": { "s3Credentials": "/no/such/file" } }""", "is not there")]
    [InlineData("""{ "Learngene": { "weightCacheBytes": 5 } }""", "below 1000000")]
    public void A_wrong_setting_is_named_with_what_is_allowed(string json, string says) =>
        Assert.Contains(says, Assert.Throws<StartupException>(() => Read(WithFile(json))).Message);

    [Fact(Timeout = 60_000)]
    public async Task A_silo_that_is_stopped_in_a_job_goes_on_with_it_at_the_next_start_and_gives_the_same_file()
    {
        var own = new SiloFixture();
        await own.InitializeAsync();
        try
        {
            var options = SiloFixture.Small(epochs: 6, seed: 5);
            var plain = await own.Client.Jobs.WaitAsync((await own.Client.Jobs.TrainAsync("plain", "fashion", 32, 4, 7, options: options)).Id);
            var job = await own.Client.Jobs.TrainAsync("stopped", "fashion", 32, 4, 7, options: options);
            await foreach (var status in own.Client.Jobs.WatchAsync(job.Id))
                if (status.Step > 20) break;
            await own.StopAsync();
            await own.StartAsync();
            var first = await own.Client.Jobs.GetAsync(job.Id);
            Assert.True(first.CheckpointStep >= 20, $"stopping kept step {first.CheckpointStep}");
            Assert.Equal(plain.Result!.Weights, (await own.Client.Jobs.WaitAsync(job.Id)).Result!.Weights);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }
}
