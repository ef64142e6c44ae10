using Learngene.Silo.Storage;
using Learngene.Storage.Writer;
using Microsoft.Data.Sqlite;
using Orleans.Storage;

namespace Learngene.Grains.Tests.Storage;

public sealed class GroupCommitTests
{
    private static readonly GrainId Grain = GrainId.Create("test", "key");

    [Fact(Timeout = 60_000)]
    public async Task Of_many_writers_with_one_etag_one_wins()
    {
        await using var fixture = new StorageFixture();
        var etag = (await fixture.Write(Grain, new TestState())).ETag;
        for (var round = 0; round < 20; round++)
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
            {
                await Task.Yield();
                try
                {
                    return (i, (await fixture.Write(Grain, new TestState { Number = i }, etag)).ETag);
                }
                catch (InconsistentStateException)
                {
                    return (i, null);
                }
            }));
            var (winner, next) = Assert.Single(outcomes, o => o.ETag is not null);
            var read = await fixture.Read(Grain);
            Assert.Equal((winner, next), (read.State!.Number, read.ETag));
            etag = next;
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Sixty_four_callers_share_commits_and_each_reads_what_it_wrote()
    {
        await using var fixture = new StorageFixture();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async caller =>
        {
            var state = await fixture.Read(GrainId.Create("test", $"{caller}"));
            for (var i = 1; i <= 50; i++)
            {
                state.State = new TestState { Number = i };
                await fixture.Storage.WriteStateAsync("state", GrainId.Create("test", $"{caller}"), state);
                Assert.Equal((i, state.ETag), ((await fixture.Read(GrainId.Create("test", $"{caller}"))).State!.Number, state.ETag));
            }
        }));
        Assert.InRange(fixture.Commits, 1, 64 * 50 / 2);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_write_that_does_not_fit_fails_alone_and_the_storage_goes_on()
    {
        await using var fixture = new StorageFixture(maxBytes: 1_000_000);
        var giant = new TestState { Bytes = new byte[2_000_000] };
        var small = Enumerable.Range(0, 63).Select(i => fixture.Write(GrainId.Create("small", $"{i}"), new TestState { Number = i })).ToArray();
        var refusal = await Assert.ThrowsAsync<IOException>(() => fixture.Write(Grain, giant));
        Assert.Contains("has reached its 1000000 bytes, or its disk is full; free some space and try again", refusal.Message, StringComparison.Ordinal);
        await Task.WhenAll(small);

        // Full to the brim: all that does not fit is refused, what is there stays, and room made is room found.
        var kept = new List<(GrainId Grain, GrainState<TestState> State)>();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 100; i++)
                kept.Add((GrainId.Create("big", $"{i}"), await fixture.Write(GrainId.Create("big", $"{i}"), new TestState { Bytes = new byte[50_000] })));
        });
        Assert.InRange(kept.Count, 5, 30);
        await Task.WhenAll(kept.Select(async k => Assert.Equal(50_000, (await fixture.Read(k.Grain)).State!.Bytes!.Length)));
        await fixture.Storage.ClearStateAsync("state", kept[0].Grain, kept[0].State);
        await fixture.Write(kept[0].Grain, new TestState { Bytes = new byte[50_000] });
    }

    [Fact(Timeout = 60_000)]
    public async Task Closing_writes_what_is_queued_and_refuses_what_comes_later()
    {
        await using var fixture = new StorageFixture();
        var storage = fixture.Storage;
        var writes = Enumerable.Range(0, 500).Select(i => fixture.Write(GrainId.Create("test", $"{i}"), new TestState { Number = i })).ToArray();
        await storage.DisposeAsync();
        await Task.WhenAll(writes);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Write(Grain, new TestState()));
        await fixture.Reopen();
        Assert.Equal(499, (await fixture.Read(GrainId.Create("test", "499"))).State!.Number);
    }

    [Fact(Timeout = 30_000)]
    public async Task One_file_is_open_once()
    {
        await using var fixture = new StorageFixture();
        var refusal = Assert.Throws<IOException>(() => StorageFactory.Open(fixture.Options));
        Assert.Contains("another silo may have it open", refusal.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("PRAGMA user_version = 7", "has schema version 7, this program knows versions up to 1")]
    [InlineData("PRAGMA user_version = 0", "is a database of something else")]
    public async Task A_file_of_a_newer_or_another_program_is_refused(string change, string sentence)
    {
        await using var fixture = new StorageFixture();
        await fixture.Storage.DisposeAsync();
        await using (var connection = new SqliteConnection($"Data Source={fixture.Options.Path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = change;
            command.ExecuteNonQuery();
        }

        var refusal = Assert.Throws<InvalidOperationException>(() => StorageFactory.Open(fixture.Options));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public Task Settings_out_of_range_are_refused_with_their_name()
    {
        (SqliteStorageOptions Options, string Sentence)[] cases =
        [
            (new(), "Path is empty"), (new() { Path = "x", MaxBatch = 0 }, "MaxBatch is 0, 1 to 10000"),
            (new() { Path = "x", QueueCapacity = 0 }, "QueueCapacity is 0"), (new() { Path = "x", MaxBytes = 5 }, "MaxBytes is 5"),
        ];
        foreach (var (options, sentence) in cases)
            Assert.Contains(sentence, Assert.Throws<OrleansConfigurationException>(() => StorageFactory.Open(options)).Message, StringComparison.Ordinal);
        return Task.CompletedTask;
    }
}
