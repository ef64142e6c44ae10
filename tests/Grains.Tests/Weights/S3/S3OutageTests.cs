using Learngene.Grains.Weights;

namespace Learngene.Grains.Tests.Weights.S3;

/// <summary>The server is killed at the worst moments: what was stored is there, what was being moved arrives.</summary>
public sealed class S3OutageTests
{
    private const int Limit = 180_000;

    [S3Fact(Timeout = Limit)]
    public async Task A_server_that_is_killed_in_the_middle_of_an_upload_and_comes_back_gets_all_of_it()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo silo = new(server, options: new() { PartBytes = 5 << 20 }), other = new(server);
        byte[] content = WeightFixture.Content(80_000_000);
        var storing = Task.Run(() => silo.Put(content));
        for (int kill = 0; kill < 3; kill++)
        {
            int parts = server.Parts;
            while (!storing.IsCompleted && server.Parts <= parts) await Task.Yield();
            await server.KillAsync();
            await server.RestartAsync();
        }
        var reference = await storing;
        await other.Store.VerifyAsync(reference, default);
        Assert.Equal(content, await other.ReadAsync(reference));
    }

    [S3Fact(Timeout = Limit)]
    public async Task A_server_that_is_killed_in_the_middle_of_a_download_and_comes_back_gives_the_rest()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo silo = new(server), other = new(server);
        byte[] content = WeightFixture.Content(80_000_000);
        var reference = silo.Put(content);
        var reading = Task.Run(() => other.ReadAsync(reference));
        for (int kill = 0; kill < 3; kill++)
        {
            long had = Arrived(other);
            while (!reading.IsCompleted && Arrived(other) <= had) await Task.Yield();
            await server.KillAsync();
            await server.RestartAsync();
        }
        Assert.Equal(content, await reading);
        Assert.Empty(other.Incoming());
    }

    [S3Fact(Timeout = Limit)]
    public async Task A_server_that_does_not_come_back_is_an_error_in_words_and_the_store_works_when_it_does()
    {
        await using var server = await S3Server.StartAsync();
        using var silo = new S3Silo(server, options: new() { Patience = TimeSpan.FromSeconds(1) });
        byte[] content = WeightFixture.Content(100_000);
        await server.KillAsync();
        var error = Assert.Throws<WeightStoreUnavailableException>(() => silo.Put(content));
        Assert.Contains($"the object store {server.Endpoint} did not ", error.Message);
        Assert.Contains(" tries", error.Message);
        await Assert.ThrowsAsync<TimeoutException>(() => silo.Store.ExistsAsync(WeightFixture.Name(content)));
        await server.RestartAsync();
        Assert.False(await silo.Store.ExistsAsync(WeightFixture.Name(content)));
        Assert.Equal(content, await silo.ReadAsync(silo.Put(content)));
    }

    [S3Fact(Timeout = Limit)]
    public async Task A_silo_that_stops_does_not_wait_for_it_for_minutes()
    {
        await using var server = await S3Server.StartAsync();
        using var silo = new S3Silo(server);
        await server.KillAsync();
        var storing = Task.Run(() => silo.Put(WeightFixture.Content(1000)));
        silo.Stop();
        await Assert.ThrowsAsync<WeightStoreUnavailableException>(() => storing.WaitAsync(TimeSpan.FromSeconds(15)));
        await server.RestartAsync();
    }

    private static long Arrived(S3Silo silo) => silo.Incoming().Sum(f => new FileInfo(f) is { Exists: true } file ? file.Length : 0);
}
