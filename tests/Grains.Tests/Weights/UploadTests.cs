using Learngene.Grains.Weights;

namespace Learngene.Grains.Tests.Weights;

public sealed class UploadTests
{
    private static readonly byte[] Content = WeightFixture.Content(1_000_001);
    private static readonly WeightRef Name = WeightFixture.Name(Content);

    [Fact(Timeout = 30_000)]
    public async Task An_upload_goes_on_where_it_broke_off_also_in_another_process()
    {
        using var fixture = new WeightFixture();
        Assert.Equal(0, fixture.Store.Received(Name));
        Assert.False(await Append(fixture.Store, 0, Content[..400_000]));
        Assert.Equal(400_000, fixture.Store.Received(Name));

        // The connection breaks in the middle of the second part: what came is kept.
        await Assert.ThrowsAsync<IOException>(() => fixture.Store.AppendAsync(Name, 400_000, new BreakingStream(Content, 400_000, 700_000), CancellationToken.None));
        var next = fixture.Reopened();
        Assert.Equal(700_000, next.Received(Name));
        Assert.False(next.Exists(Name));

        Assert.True(await Append(next, 700_000, Content[700_000..]));
        Assert.Equal(Content, fixture.Read(Name, next));
        Assert.Equal(Name.Length, next.Received(Name));
        Assert.Empty(fixture.Incoming());
        Assert.True(await Append(next, 0, Content)); // a repetition is answered as the first time
    }

    [Fact(Timeout = 30_000)]
    public async Task A_part_that_does_not_begin_where_the_last_one_ended_is_refused()
    {
        using var fixture = new WeightFixture();
        await Append(fixture.Store, 0, Content[..10]);
        foreach (var offset in new[] { 0, 9, 11, -1 })
        {
            var refusal = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Append(fixture.Store, offset, Content[10..]));
            Assert.Contains($"has got to byte 10, this part begins at {offset}", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(10, fixture.Store.Received(Name));
    }

    [Fact(Timeout = 30_000)]
    public async Task Wrong_content_is_discarded()
    {
        using var fixture = new WeightFixture();
        var wrong = Content.ToArray();
        wrong[^1] ^= 1;
        var refusal = await Assert.ThrowsAsync<WeightMismatchException>(() => Append(fixture.Store, 0, wrong));
        Assert.Contains($"The upload of {Name.Sha256} has the hash {WeightFixture.Name(wrong).Sha256}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Store.Received(Name));
        Assert.Empty(fixture.Incoming());
        Assert.Empty(fixture.Store.List());
        Assert.True(await Append(fixture.Store, 0, Content));
    }

    [Fact(Timeout = 30_000)]
    public async Task Content_that_is_too_long_is_discarded_without_being_stored()
    {
        using var fixture = new WeightFixture();
        var refusal = await Assert.ThrowsAsync<WeightMismatchException>(() => Append(fixture.Store, 0, [.. Content, 1]));
        Assert.Contains($"has {Content.Length} bytes by its announcement", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(fixture.Incoming());
    }

    [Fact(Timeout = 30_000)]
    public async Task Two_requests_do_not_write_into_one_upload()
    {
        using var fixture = new WeightFixture();
        var gate = new GatedStream();
        var first = fixture.Store.AppendAsync(Name, 0, gate, CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<IOException>(() => Append(fixture.Store, 0, Content));
        Assert.Contains("another request may be doing so", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Store.DeleteTemporaries(DateTimeOffset.MaxValue));
        gate.Opened.SetResult(0);
        Assert.False(await first);
        Assert.True(await Append(fixture.Store, 0, Content));
    }

    private static Task<bool> Append(IWeightStore store, long offset, byte[] part) =>
        store.AppendAsync(Name, offset, new MemoryStream(part), CancellationToken.None);

    private sealed class BreakingStream(byte[] content, int from, int to) : MemoryStream(content, from, to - from)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("the connection broke");
    }

    private sealed class GatedStream : MemoryStream
    {
        internal TaskCompletionSource<int> Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => await Opened.Task;
    }
}
