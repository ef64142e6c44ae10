using Learngene.Silo.Weights;

namespace Learngene.Grains.Tests.Weights.S3;

/// <summary>A network that spoils, cuts and stalls: what is stored and read is right, or it is tried again.</summary>
public sealed class S3NetworkTests
{
    private const int Limit = 180_000;
    private static readonly S3Options s_parts = new() { PartBytes = 5 << 20 };

    [S3Fact(Timeout = Limit)]
    public async Task A_byte_that_is_spoiled_on_its_way_up_is_noticed_and_sent_again()
    {
        await using var server = await S3Server.StartAsync();
        await using var relay = new Relay(server.Endpoint);
        using S3Silo silo = new(server, options: s_parts with { Endpoint = relay.Endpoint }), other = new(server);
        relay.Spoil(3);
        byte[] small = WeightFixture.Content(1_000_000), large = WeightFixture.Content(12_000_000, 2);
        WeightRef a = silo.Put(small), b = silo.Put(large);
        Assert.Equal(3, relay.Spoiled);
        await other.Store.VerifyAsync(a, default);
        await other.Store.VerifyAsync(b, default);
        Assert.Equal(large, await other.ReadAsync(b));
    }

    [S3Fact(Timeout = Limit)]
    public async Task Connections_that_are_cut_again_and_again_cost_what_was_in_them()
    {
        await using var server = await S3Server.StartAsync();
        await using var relay = new Relay(server.Endpoint);
        byte[] content = WeightFixture.Content(30_000_000);
        using S3Silo silo = new(server), other = new(server, options: new() { Endpoint = relay.Endpoint });
        var reference = silo.Put(content);
        relay.CutEvery(4_000_000);
        Assert.Equal(content, await other.ReadAsync(reference));
        Assert.InRange(relay.Cut, 5, 100);
    }

    [S3Fact(Timeout = Limit)]
    public async Task An_object_that_is_collected_while_it_is_read_is_read_from_another_generation()
    {
        await using var server = await S3Server.StartAsync();
        await using var relay = new Relay(server.Endpoint);
        byte[] content = WeightFixture.Content(30_000_000);
        using S3Silo silo = new(server), other = new(server, options: new() { Endpoint = relay.Endpoint });
        var reference = silo.Put(content);
        foreach (var file in server.Objects()) File.SetLastWriteTimeUtc(file.FullName, DateTime.UtcNow - TimeSpan.FromHours(1));
        silo.Put(content);
        relay.CutEvery(4_000_000);
        var reading = Task.Run(() => other.ReadAsync(reference));
        while (!reading.IsCompleted && !other.Incoming().Any(f => new FileInfo(f) is { Exists: true, Length: > 0 })) await Task.Yield();
        server.Objects().MaxBy(f => f.LastWriteTimeUtc)!.Delete(); // the newest, which is read first
        Assert.Equal(content, await reading);
        Assert.Empty(server.Objects("silos/quarantine"));
    }

    [S3Fact(Timeout = Limit)]
    public async Task A_server_that_is_frozen_for_a_while_costs_that_while()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo silo = new(server, options: s_parts), other = new(server);
        byte[] content = WeightFixture.Content(60_000_000);
        var storing = Task.Run(() => silo.Put(content));
        while (server.Parts == 0) await Task.Yield();
        await server.SignalAsync("STOP");
        Assert.NotSame(storing, await Task.WhenAny(storing, Task.Delay(TimeSpan.FromSeconds(3))));
        await server.SignalAsync("CONT");
        await other.Store.VerifyAsync(await storing, default);
    }

    [S3Fact(Timeout = Limit)]
    public async Task Encryption_is_asked_for_whichever_way_an_object_comes_to_be()
    {
        await using var server = await S3Server.StartAsync();
        await EncryptedAsync(server, "AES256", "x-amz-server-side-encryption: AES256");
        await EncryptedAsync(server, "aws:kms:my-key", "x-amz-server-side-encryption: aws:kms", "x-amz-server-side-encryption-aws-kms-key-id: my-key");
    }

    private static async Task EncryptedAsync(S3Server server, string setting, params string[] wanted)
    {
        await using var relay = new Relay(server.Endpoint);
        using var silo = new S3Silo(server, prefix: setting.Replace(':', '-'), options: s_parts with { Endpoint = relay.Endpoint, Encryption = setting });
        silo.Put(WeightFixture.Content(100_000));
        silo.Put(WeightFixture.Content(100_000)); // is copied
        silo.Put(WeightFixture.Content(6_000_000, 2)); // in parts
        bool Asks(string request) => wanted.All(w => request.Contains(w, StringComparison.OrdinalIgnoreCase));
        var made = relay.Heads.Where(r => r.StartsWith("PUT", StringComparison.Ordinal) ? !r.Contains("partNumber", StringComparison.Ordinal) : r.StartsWith("POST", StringComparison.Ordinal) && r.Contains("?uploads", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, made.Count);
        Assert.All(made, r => Assert.True(Asks(r), r));
    }
}
