using Learngene.Grains.Weights;

namespace Learngene.Grains.Tests.Weights;

public sealed class DirectoryWeightStoreTests
{
    [Fact(Timeout = 30_000)]
    public async Task What_was_put_is_found_under_its_hash_by_this_process_and_the_next()
    {
        using var fixture = new WeightFixture();
        var content = WeightFixture.Content(1_000_003);
        var reference = await fixture.Store.PutAsync(async (stream, token) =>
        {
            await stream.WriteAsync(content.AsMemory(0, 7), token);
            stream.Write(content, 7, 93);
            await stream.WriteAsync(content.AsMemory(100), token);
        }, CancellationToken.None);

        Assert.Equal(WeightFixture.Name(content), reference);
        Assert.True(File.Exists(fixture.PathOf(reference)));
        Assert.Equal(content, fixture.Read(reference));
        Assert.Equal(content, fixture.Read(reference, fixture.Reopened()));
        Assert.True(fixture.Store.Exists(reference));
        Assert.False(fixture.Store.Exists(reference with { Length = 5 }));
        Assert.Empty(fixture.Incoming());
    }

    [Fact(Timeout = 30_000)]
    public async Task A_writer_that_throws_leaves_nothing()
    {
        using var fixture = new WeightFixture();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => fixture.Store.PutAsync(async (stream, token) =>
        {
            await stream.WriteAsync(new byte[100_000], token);
            throw new TimeZoneNotFoundException();
        }, CancellationToken.None));
        Assert.Throws<TimeZoneNotFoundException>(() => fixture.Store.Put(stream =>
        {
            stream.Write(new byte[100_000]);
            throw new TimeZoneNotFoundException();
        }));
        Assert.Empty(fixture.Store.List());
        Assert.Empty(fixture.Incoming());
    }

    [Fact(Timeout = 30_000)]
    public async Task The_same_content_from_many_at_once_is_one_file()
    {
        using var fixture = new WeightFixture();
        var content = WeightFixture.Content(300_000);
        var references = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => fixture.Store.PutAsync(
            async (stream, token) =>
            {
                await Task.Yield();
                await stream.WriteAsync(content, token);
            },
            CancellationToken.None)));
        Assert.Single(references.Distinct());
        Assert.Equal(references[0], Assert.Single(fixture.Store.List()).Reference);
        Assert.Equal(content, fixture.Read(references[0]));
        Assert.Empty(fixture.Incoming());
    }

    [Fact(Timeout = 30_000)]
    public Task A_changed_file_is_found_out_once_and_quarantined()
    {
        using var fixture = new WeightFixture();
        var content = WeightFixture.Content(10_000);
        var reference = fixture.Store.Put(stream => stream.Write(content));
        fixture.Read(reference);
        var damaged = content.ToArray();
        damaged[5_000] ^= 1;
        File.WriteAllBytes(fixture.PathOf(reference), damaged);

        var refusal = Assert.Throws<CorruptWeightException>(() => fixture.Store.Open(reference));
        Assert.Contains(reference.Sha256, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes(Path.Combine(fixture.Root, "quarantine", reference.Sha256 + ".safetensors")));
        Assert.Contains("are not in the store", Assert.Throws<WeightNotFoundException>(() => fixture.Store.Open(reference)).Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Store.List());

        fixture.Store.Put(stream => stream.Write(content));
        Assert.Equal(content, fixture.Read(reference));
        return Task.CompletedTask;
    }

    [Fact(Timeout = 30_000)]
    public Task A_reference_of_the_wrong_length_does_not_harm_the_file()
    {
        using var fixture = new WeightFixture();
        var reference = fixture.Store.Put(stream => stream.Write([1, 2, 3]));
        Assert.Contains("have 3 bytes, 4 were asked for", Assert.Throws<WeightNotFoundException>(() => fixture.Reopened().Open(reference with { Length = 4 })).Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], fixture.Read(reference));
        return Task.CompletedTask;
    }

    [Theory(Timeout = 30_000), InlineData("../../../etc/passwd"), InlineData("ABCDEF"), InlineData("")]
    public Task Nothing_but_a_hash_becomes_a_path(string name)
    {
        using var fixture = new WeightFixture();
        Assert.Throws<ArgumentException>(() => fixture.Store.Open(new WeightRef(name, 1)));
        Assert.Throws<ArgumentException>(() => fixture.Store.Received(new WeightRef(new string('a', 64) + "\n", 1)));
        return Task.CompletedTask;
    }

    [Fact(Timeout = 30_000)]
    public Task What_is_deleted_is_gone_but_can_be_read_to_its_end_by_who_has_it_open()
    {
        using var fixture = new WeightFixture();
        var content = WeightFixture.Content(500_000);
        var reference = fixture.Store.Put(stream => stream.Write(content));
        using var open = fixture.Store.Open(reference);
        Assert.True(fixture.Store.Delete(reference));
        Assert.False(fixture.Store.Delete(reference));
        Assert.False(fixture.Store.Exists(reference));
        var read = new byte[content.Length];
        open.ReadExactly(read);
        Assert.Equal(content, read);
        return Task.CompletedTask;
    }
}
