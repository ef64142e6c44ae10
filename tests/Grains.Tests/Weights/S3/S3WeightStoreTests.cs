using System.Diagnostics.Metrics;
using Learngene.Grains.Weights;
using Learngene.Silo.Weights;

namespace Learngene.Grains.Tests.Weights.S3;

public sealed class S3WeightStoreTests
{
    private const int Limit = 120_000;
    private static readonly S3Options s_parts = new() { PartBytes = 5 << 20 };

    [S3Fact(Timeout = Limit)]
    public async Task What_one_silo_stores_another_reads_whole_also_when_it_went_up_in_parts()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo one = new(server, options: s_parts), other = new(server, options: s_parts);
        byte[] small = WeightFixture.Content(1_000_003), large = WeightFixture.Content(17_000_001, 2);
        WeightRef a = one.Put(small), b = await one.Store.PutAsync(async (stream, token) => await stream.WriteAsync(large, token), default);

        Assert.Equal((WeightFixture.Name(small), WeightFixture.Name(large)), (a, b));
        Assert.Equal(small, await other.ReadAsync(a));
        Assert.Equal(large, await other.ReadAsync(b));
        Assert.True(other.Store.Exists(b));
        Assert.False(other.Store.Exists(b with { Length = 5 }));
        Assert.Equal([a, b], (await other.Store.ListAsync()).Select(s => s.Reference).OrderBy(r => r.Length));
        Assert.Empty(one.Incoming().Concat(other.Incoming()));
        Assert.Equal(0, server.Parts);

        Assert.True(one.Store.Delete(b));
        Assert.False(other.Store.Exists(b));
        Assert.Contains("are not in s3://weights/silos/", (await Assert.ThrowsAsync<WeightNotFoundException>(() => new S3SiloOnce(server).ReadAsync(b))).Message);
    }

    [S3Fact(Timeout = Limit)]
    public async Task Many_who_want_one_object_at_once_download_it_once()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo one = new(server, "once"), other = new(server, "once");
        byte[] content = WeightFixture.Content(8_000_000);
        var reference = one.Put(content);
        long down = 0;
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Name == "learngene.storage.bytes") l.EnableMeasurementEvents(i); } };
        listener.SetMeasurementEventCallback<long>((_, bytes, tags, _) => { if (tags.ToArray().Any(t => t.Value is "down")) Interlocked.Add(ref down, bytes); });
        listener.Start();
        foreach (byte[] read in await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => other.ReadAsync(reference)))) Assert.Equal(content, read);
        await other.ReadAsync(reference);
        Assert.Equal(content.Length, Interlocked.Read(ref down));
    }

    [S3Fact(Timeout = Limit)]
    public async Task A_wrong_object_is_refused_in_words_put_aside_and_can_be_stored_anew()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo one = new(server), other = new(server), third = new(server);
        byte[] content = WeightFixture.Content(300_000), wrong = [.. content];
        wrong[1234] ^= 1;
        var reference = one.Put(content);
        await File.WriteAllBytesAsync(server.Objects().Single().FullName, wrong);

        var refusal = await Assert.ThrowsAsync<CorruptWeightException>(() => other.ReadAsync(reference));
        Assert.Contains($"The weights {reference.Sha256} have the hash {WeightFixture.Name(wrong).Sha256} in s3://weights/silos/", refusal.Message);
        Assert.Empty(other.Cached());
        Assert.Equal(wrong, await File.ReadAllBytesAsync(server.Objects("silos/quarantine").Single().FullName));
        Assert.False(other.Store.Exists(reference));
        Assert.Contains("are not in", (await Assert.ThrowsAsync<WeightNotFoundException>(() => third.Store.VerifyAsync(reference, default))).Message);

        Assert.Equal(reference, other.Put(content));
        await third.Store.VerifyAsync(reference, default);
        Assert.Equal(content, await third.ReadAsync(reference));
    }

    [S3Fact(Timeout = Limit)]
    public async Task What_rots_in_the_cache_is_fetched_again()
    {
        await using var server = await S3Server.StartAsync();
        using var silo = new S3Silo(server);
        byte[] content = WeightFixture.Content(300_000);
        var reference = silo.Put(content);
        await File.WriteAllBytesAsync(silo.Cached().Single(f => !f.Contains("quarantine")), content.Reverse().ToArray());
        Assert.Equal(content, await silo.ReadAsync(reference));
    }

    [S3Fact(Timeout = Limit)]
    public async Task An_upload_goes_on_where_it_broke_off_and_is_in_the_bucket_when_it_is_complete()
    {
        await using var server = await S3Server.StartAsync();
        using S3Silo silo = new(server), other = new(server);
        byte[] content = WeightFixture.Content(1_000_001);
        var name = WeightFixture.Name(content);
        Assert.False(await silo.Store.AppendAsync(name, 0, new MemoryStream(content, 0, 400_000), default));
        Assert.Equal(400_000, await silo.Store.ReceivedAsync(name));
        Assert.False(await silo.Store.ExistsAsync(name));
        Assert.True(await silo.Store.AppendAsync(name, 400_000, new MemoryStream(content, 400_000, 600_001), default));
        Assert.Equal(name.Length, await other.Store.ReceivedAsync(name));
        Assert.Equal(content, await other.ReadAsync(name));
        Assert.True(await other.Store.AppendAsync(name, 0, new MemoryStream(content), default)); // a repetition is answered as the first time
        Assert.Empty(silo.Incoming());
    }

    [S3Fact(Timeout = Limit)]
    public async Task A_writer_that_throws_leaves_nothing()
    {
        await using var server = await S3Server.StartAsync();
        using var silo = new S3Silo(server);
        Assert.Throws<TimeZoneNotFoundException>(() => silo.Store.Put(stream =>
        {
            stream.Write(new byte[100_000]);
            throw new TimeZoneNotFoundException();
        }));
        Assert.Empty(silo.Incoming().Concat(silo.Cached()));
        Assert.Empty(server.Objects());
    }

    [S3Fact(Timeout = Limit)]
    public async Task A_refusal_is_final_names_the_server_and_no_secret()
    {
        await using var server = await S3Server.StartAsync();
        string secret = Guid.NewGuid().ToString("N"), file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"[default]\naws_access_key_id = nobody\naws_secret_access_key = {secret}\n");
        using var silo = new S3Silo(server, options: new() { CredentialsFile = file });
        var refusal = await Assert.ThrowsAsync<WeightStoreUnavailableException>(() => silo.ReadAsync(WeightFixture.Name([1])));
        Assert.Contains($"{server.Endpoint} refused to list s3://weights/silos/", refusal.Message);
        Assert.Contains("check bucket, region and credentials", refusal.Message);
        Assert.DoesNotContain(secret, refusal.ToString());
        File.Delete(file);
    }

    [Theory(Timeout = Limit), InlineData("../../../etc/passwd"), InlineData("ABCDEF"), InlineData("")]
    public Task Nothing_but_a_hash_becomes_a_key(string name)
    {
        Assert.Throws<ArgumentException>(() => S3Keys.Of(new(name, 1)));
        Assert.Null(S3Keys.Read($"aa/{name}-1/{Guid.NewGuid():N}"));
        var reference = WeightFixture.Name([1]);
        Assert.Equal(reference, S3Keys.Read(S3Keys.New(reference)));
        return Task.CompletedTask;
    }

    [Theory(Timeout = Limit)]
    [InlineData("s3://bucket", "bucket", "")]
    [InlineData("s3://my-bucket/a/b", "my-bucket", "a/b/")]
    [InlineData("S3://my-bucket/a/", "my-bucket", "a/")]
    public Task An_address_is_read(string text, string bucket, string prefix)
    {
        Assert.Equal(new(bucket, prefix), S3Address.Parse(text));
        return Task.CompletedTask;
    }

    /// <summary>A silo for one reading.</summary>
    private sealed class S3SiloOnce(S3Server server)
    {
        public async Task<byte[]> ReadAsync(WeightRef reference)
        {
            using var silo = new S3Silo(server);
            return await silo.ReadAsync(reference);
        }
    }
}
