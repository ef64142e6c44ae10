using Learngene.Grains.Compute;
using Learngene.Grains.Jobs;
using Learngene.Jobs;
using Learngene.Scheduling;
using Learngene.Sdk.Jobs;
using static TorchSharp.torch;

namespace Learngene.Grains.Tests.Scheduling;

[Collection(OneSilo.Name)]
public sealed class PoolTests(SiloFixture fixture)
{
    private JobsClient Jobs => fixture.Client.Jobs;

    [Fact(Timeout = 120_000)]
    public async Task A_silo_without_a_gpu_announces_its_processor_alone()
    {
        var device = Assert.Single((await fixture.Client.PoolAsync("default")).Devices);
        Assert.Equal(("cpu", DeviceKind.Cpu, 1), (device.Name, device.Kind, device.Threads));
        Assert.InRange(device.Memory, 100_000_000, long.MaxValue);
        Assert.Equal("default", Assert.Single(await fixture.Client.SilosAsync()).Pool);
    }

    [Fact(Timeout = 120_000)]
    public async Task Jobs_that_wait_say_so_and_take_turns_by_priority_and_between_users()
    {
        var first = await LongAsync("turns/first", new() { User = "ada" });
        await UntilAsync(first, s => s is { State: JobState.Running, Device: not null });
        string low = await LongAsync("turns/low", new() { User = "bob", Priority = JobPriority.Low }), again = await LongAsync("turns/again", new() { User = "ada" });
        string bob = await LongAsync("turns/bob", new() { User = "bob" }), high = await LongAsync("turns/high", new() { User = "ada", Priority = JobPriority.High });
        foreach (string job in (string[])[low, again, bob, high]) await UntilAsync(job, s => s is { State: JobState.Queued, Waiting: not null, Device: null });
        var pool = await fixture.Client.PoolAsync("default");
        Assert.Equal(first, Assert.Single(pool.Devices).Job);
        Assert.Equal([high, bob, again, low], pool.Waiting.Select(w => w.Job));
        Assert.Contains("1 suitable devices, all taken", pool.Waiting[0].Waiting);
        var order = new List<string>();
        foreach (string job in (string[])[first, high, bob, again, low])
        {
            await UntilAsync(job, s => s.State == JobState.Running);
            order.Add(Assert.Single((await fixture.Client.PoolAsync("default")).Devices).Job!);
            await Jobs.CancelAsync(job);
            await UntilAsync(job, s => s.Ended);
        }
        Assert.Equal([first, high, bob, again, low], order);
        await PoolUntilAsync(p => p.Devices[0].Job is null && p.Waiting.Count == 0);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_no_silo_has_is_waited_for_and_can_be_given_up()
    {
        string gpu = await LongAsync("none/gpu", new() { Kind = DeviceKind.Gpu }), far = await LongAsync("none/far", new() { Pool = "far" });
        Assert.Contains("waits for a GPU: pool 'default' has none", (await UntilAsync(gpu, s => s.Waiting is not null)).Waiting);
        Assert.Contains("start one with --device-pool far", (await UntilAsync(far, s => s.Waiting is not null)).Waiting);
        // Nobody else is kept from what there is.
        await Jobs.WaitAsync((await Jobs.TrainAsync("none/other", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        foreach (string job in (string[])[gpu, far])
        {
            await Jobs.CancelAsync(job);
            var ended = await UntilAsync(job, s => s.Ended);
            Assert.Equal((JobState.Cancelled, null, null), (ended.State, ended.Waiting, ended.Device));
        }
        await PoolUntilAsync(p => p.Waiting.Count == 0);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_cannot_fit_is_refused_with_the_numbers()
    {
        var wide = await Assert.ThrowsAsync<RefusedException>(() => Jobs.TrainAsync("fit/wide", "fashion", 16_384, 6, 7, options: SiloFixture.Small()));
        Assert.Matches(@"train needs about \d+\.\d GB on its device; the largest that suits in pool 'default' has \d+\.\d GB", wide.Message);
        var asked = await Assert.ThrowsAsync<RefusedException>(() => LongAsync("fit/asked", new() { Memory = 1L << 60 }));
        Assert.Contains("needs 1152921504.6 GB", asked.Message);
        Assert.Contains("memory -1", (await Assert.ThrowsAsync<RefusedException>(() => LongAsync("fit/negative", new() { Memory = -1 }))).Message);
        Assert.Contains("'No Pool'", (await Assert.ThrowsAsync<RefusedException>(() => LongAsync("fit/pool", new() { Pool = "No Pool" }))).Message);
        // Who says that less is enough is believed.
        await Jobs.WaitAsync((await Jobs.TrainAsync("fit/small", "fashion", 16, 2, 7, options: SiloFixture.Small() with { Needs = new() { Memory = 1 } })).Id);
    }

    [Fact(Timeout = 60_000)]
    public async Task After_memory_ran_out_the_lane_works_on()
    {
        using var lane = new ComputeLane("test", 1, set_num_threads);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => lane.RunAsync("huge", LanePriority.Training, 0, _ => empty(1L << 50).sum().item<float>(), default));
        Assert.True(JobError.IsOutOfMemory(failure), $"{failure.GetType()}: {failure.Message}");
        Assert.StartsWith("there was not enough memory; ask for a smaller batch or model", JobError.Sentence(failure, "x"));
        Assert.Equal(6, await lane.RunAsync("small", LanePriority.Training, 0, _ => ones(6).sum().item<float>(), default));
    }

    private async Task<string> LongAsync(string name, DeviceNeed needs) =>
        (await Jobs.TrainAsync(name, "fashion", 32, 4, 7, options: SiloFixture.Small(epochs: 5000) with { Needs = needs })).Id;

    private async Task PoolUntilAsync(Func<PoolStatus, bool> condition)
    {
        while (!condition(await fixture.Client.PoolAsync("default"))) await Task.Yield();
    }

    private async Task<JobStatus> UntilAsync(string job, Func<JobStatus, bool> condition)
    {
        await foreach (var status in Jobs.WatchAsync(job))
            if (condition(status) || status.Ended) return condition(status) ? status : throw new InvalidOperationException($"{job} is {status.State}: {status.Error}");
        throw new InvalidOperationException(job);
    }
}
