using Orleans.Storage;

namespace Learngene.Grains.Tests.Storage;

/// <summary>What Orleans expects of any grain storage; the test project of a cluster links this file.</summary>
public abstract class GrainStorageContract
{
    private static readonly GrainId Grain = GrainId.Create("test", "key");

    internal abstract StorageUnderTest New();

    [Fact(Timeout = 30_000)]
    public async Task What_was_written_is_read_also_after_reopening()
    {
        await using var fixture = New();
        var value = new TestState { Text = "Привет, мир", Number = long.MinValue };
        var written = await fixture.Write(Grain, value);
        Assert.True(written.RecordExists);

        for (var i = 0; i < 2; i++)
        {
            var read = await fixture.Read(Grain);
            Assert.Equal((value, written.ETag, true), (read.State, read.ETag, read.RecordExists));
            await fixture.Reopen();
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_state_never_written_is_new_and_has_no_etag()
    {
        await using var fixture = New();
        var read = await fixture.Read(Grain);
        Assert.Equal((new TestState(), null, false), (read.State, read.ETag, read.RecordExists));
    }

    [Fact(Timeout = 30_000)]
    public async Task Every_write_changes_the_etag_even_of_an_equal_state()
    {
        await using var fixture = New();
        var state = await fixture.Write(Grain, new TestState { Number = 1 });
        var seen = new HashSet<string> { state.ETag! };
        for (var i = 0; i < 5; i++)
        {
            await fixture.Storage.WriteStateAsync("state", Grain, state);
            Assert.True(seen.Add(state.ETag!));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_second_insert_is_inconsistent()
    {
        await using var fixture = New();
        var first = await fixture.Write(Grain, new TestState { Number = 1 });
        var refusal = await Assert.ThrowsAsync<InconsistentStateException>(() => fixture.Write(Grain, new TestState { Number = 2 }));
        Assert.Equal(first.ETag, refusal.StoredEtag);
        Assert.Contains("did not write 'state' of test/key: the caller has version none, stored is 1", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await fixture.Read(Grain)).State!.Number);
    }

    [Theory(Timeout = 30_000), InlineData("stale"), InlineData("99"), InlineData("0"), InlineData("-1"), InlineData("text")]
    public async Task A_stale_etag_neither_writes_nor_clears(string etag)
    {
        await using var fixture = New();
        var state = await fixture.Write(Grain, new TestState { Number = 1 });
        var stale = etag == "stale" ? state.ETag : etag;
        state.State = new TestState { Number = 2 };
        await fixture.Storage.WriteStateAsync("state", Grain, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => fixture.Write(Grain, new TestState { Number = 3 }, stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => fixture.Storage.ClearStateAsync("state", Grain, new GrainState<TestState>(new(), stale)));
        await Assert.ThrowsAsync<InconsistentStateException>(() => fixture.Storage.ClearStateAsync("state", Grain, new GrainState<TestState>(new(), null)));
        var read = await fixture.Read(Grain);
        Assert.Equal((2, state.ETag), (read.State!.Number, read.ETag));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_etag_without_a_record_is_inconsistent()
    {
        await using var fixture = New();
        await Assert.ThrowsAsync<InconsistentStateException>(() => fixture.Write(Grain, new TestState(), "1"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => fixture.Storage.ClearStateAsync("state", Grain, new GrainState<TestState>(new(), "1")));
    }

    [Fact(Timeout = 30_000)]
    public async Task Clearing_leaves_a_new_state_and_may_be_repeated()
    {
        await using var fixture = New();
        var state = await fixture.Write(Grain, new TestState { Number = 1 });
        var etag = state.ETag;
        for (var i = 0; i < 2; i++)
        {
            await fixture.Storage.ClearStateAsync("state", Grain, state);
            Assert.NotEqual(etag, state.ETag);
            Assert.Equal((new TestState(), false), (state.State, state.RecordExists));
        }

        var read = await fixture.Read(Grain);
        Assert.Equal((new TestState(), null, false), (read.State, read.ETag, read.RecordExists));
    }

    [Fact(Timeout = 30_000)]
    public async Task Clearing_before_any_write_is_allowed()
    {
        await using var fixture = New();
        var state = new GrainState<TestState>(new TestState { Text = "stale" }, null) { RecordExists = true };
        await fixture.Storage.ClearStateAsync("state", Grain, state);
        Assert.Equal((new TestState(), false), (state.State, state.RecordExists));
    }

    [Fact(Timeout = 30_000)]
    public async Task After_a_clear_a_state_can_be_written_again_but_not_by_one_who_slept_through_it()
    {
        await using var fixture = New();
        var sleeper = await fixture.Write(Grain, new TestState { Number = 1 });
        var state = await fixture.Read(Grain);
        await fixture.Storage.ClearStateAsync("state", Grain, state);
        await fixture.Reopen();
        state.State = new TestState { Number = 2 };
        await fixture.Storage.WriteStateAsync("state", Grain, state);

        Assert.NotEqual(sleeper.ETag, state.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => fixture.Storage.WriteStateAsync("state", Grain, sleeper));
        Assert.Equal(2, (await fixture.Read(Grain)).State!.Number);
    }

    [Fact(Timeout = 30_000)]
    public async Task Names_types_and_keys_of_any_characters_are_kept_apart()
    {
        await using var fixture = New();
        GrainId[] grains =
        [
            GrainId.Create("a", "b/c"), GrainId.Create("a/b", "c"), GrainId.Create("a", "B/c"), GrainId.Create("a", "'; DROP TABLE state; --"),
            GrainId.Create("a", "ключ🧬\0\n%_"), GrainId.Create("a", "ключ🧬"), GrainId.Create(GrainType.Create("a"), IdSpan.Create("")),
            new(GrainType.Create("a"), IdSpan.UnsafeCreate([0xFF, 0xFE], 1)), new(GrainType.Create("a"), IdSpan.UnsafeCreate([0xFF, 0xFD], 2)),
            GrainId.Create(GrainType.Create("a"), GrainIdKeyExtensions.CreateIntegerKey(long.MaxValue)),
        ];
        string[] names = ["state", "State", "состояние\0", ""];
        foreach (var (grain, i) in grains.Select((g, i) => (g, i)))
            foreach (var (name, j) in names.Select((n, j) => (n, j)))
                await fixture.Write(grain, new TestState { Number = (i * 10) + j }, name: name);
        foreach (var (grain, i) in grains.Select((g, i) => (g, i)))
            foreach (var (name, j) in names.Select((n, j) => (n, j)))
                Assert.Equal((i * 10) + j, (await fixture.Read(grain, name)).State!.Number);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_large_state_comes_back_whole()
    {
        await using var fixture = New();
        var bytes = new byte[20_000_000];
        new Random(1).NextBytes(bytes);
        await fixture.Write(Grain, new TestState { Bytes = bytes });
        Assert.Equal(bytes, (await fixture.Read(Grain)).State!.Bytes);
    }
}
