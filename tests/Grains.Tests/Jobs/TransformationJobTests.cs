using Learngene.Jobs;
using Learngene.Sdk.Jobs;

namespace Learngene.Grains.Tests.Jobs;

[Collection(OneSilo.Name)]
public sealed class TransformationJobTests(SiloFixture fixture)
{
    private JobsClient Jobs => fixture.Client.Jobs;

    [Fact(Timeout = 120_000)]
    public async Task A_job_that_was_cancelled_and_resumed_gives_the_same_file_as_one_that_was_not()
    {
        var options = SiloFixture.Small(epochs: 6, seed: 7, ("dropPath", 0.1), ("cropPadding", 2));
        var plain = await Jobs.WaitAsync((await Jobs.TrainAsync("cancel/plain", "fashion", 32, 4, 7, options: options)).Id);

        var job = await Jobs.TrainAsync("cancel/stopped", "fashion", 32, 4, 7, options: options);
        await UntilAsync(job.Id, s => s.CheckpointStep > 0);
        await Jobs.CancelAsync(job.Id);
        var stopped = await UntilAsync(job.Id, s => s.Ended);
        Assert.Equal(JobState.Cancelled, stopped.State);
        Assert.InRange(stopped.CheckpointStep, 1, plain.Steps - 1);

        await Jobs.ResumeAsync(job.Id);
        var resumed = await Jobs.WaitAsync(job.Id);
        Assert.Equal(plain.Result!.Weights, resumed.Result!.Weights);
        Assert.Equal(plain.History, resumed.History);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_same_seed_gives_the_same_file_and_another_seed_another()
    {
        var made = new List<string>();
        foreach (ulong seed in (ulong[])[3, 3, 4])
            made.Add((await Jobs.WaitAsync((await Jobs.TrainAsync("seeds/model", "fashion", 16, 2, 7, options: SiloFixture.Small(seed: seed))).Id)).Result!.Weights!.Sha256);
        Assert.Equal(made[0], made[1]);
        Assert.NotEqual(made[0], made[2]);
        Assert.Equal(3, (await fixture.Client.Learngenes.VersionsAsync("seeds/model")).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_unfinished_jobs_may_not_make_the_same_name()
    {
        var first = await Jobs.TrainAsync("race/model", "fashion", 32, 4, 7, options: SiloFixture.Small(epochs: 50));
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Jobs.TrainAsync("race/model", "fashion", 16, 2, 7, options: SiloFixture.Small()));
        Assert.Contains(first.Id, refusal.Message);
        await Jobs.CancelAsync(first.Id);
        await UntilAsync(first.Id, s => s.Ended);
        await Jobs.WaitAsync((await Jobs.TrainAsync("race/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_quick_does_not_wait_for_what_is_long()
    {
        var model = await Jobs.WaitAsync((await Jobs.TrainAsync("queue/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        var lets = await Jobs.WaitAsync((await Jobs.LearnLetsAsync("queue/lets", "queue/model", "fashion", (16, 2), (32, 4), SiloFixture.Small())).Id);
        var training = await Jobs.TrainAsync("queue/long", "fashion", 64, 6, 7, options: SiloFixture.Small(epochs: 500));
        await UntilAsync(training.Id, s => s.State == JobState.Running && s.Step > 0);
        await fixture.Client.Learngenes.DescendAsync("queue/lets", new() { Width = 32, Depth = 3 });
        Assert.Equal(JobState.Running, (await Jobs.GetAsync(training.Id)).State);
        await Jobs.CancelAsync(training.Id);
        await UntilAsync(training.Id, s => s.Ended);
        Assert.Equal(model.Result!.Parameters, (await fixture.Client.Learngenes.GetAsync("queue/model")).Parameters);
        Assert.True(lets.Metrics["accuracy"] > 0);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(15, 2, 7, null, "width 15")]
    [InlineData(32, 0, 7, null, "depth 0")]
    [InlineData(32, 2, 5, null, "patch 5")]
    [InlineData(32, 2, 7, 5, "heads 5")]
    public async Task A_size_that_cannot_be_is_refused_in_words_and_nothing_is_stored(int width, int depth, int patch, int? heads, string says)
    {
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Jobs.TrainAsync("bad/size", "fashion", width, depth, patch, heads));
        Assert.Contains(says, refusal.Message);
        await Assert.ThrowsAsync<RefusedException>(() => fixture.Client.Learngenes.GetAsync("bad/size"));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_unknown_setting_is_refused_with_the_nearest_known_one()
    {
        var refusal = await Assert.ThrowsAsync<RefusedException>(
            () => Jobs.TrainAsync("bad/key", "fashion", 32, 2, 7, options: new() { Config = new() { ["labelSmothing"] = 0.1 } }));
        Assert.Contains("labelSmoothing", refusal.Message);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("no/such", "fashion", "no/such")]
    [InlineData("bad name", "fashion", "bad name")]
    public async Task An_unknown_model_is_named_in_the_refusal(string model, string data, string says)
    {
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Jobs.EvaluateAsync(model, null, data));
        Assert.Contains(says, refusal.Message);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_start_that_is_repeated_is_one_job()
    {
        var spec = new JobSpec { Kind = JobKind.Train, Name = "again/model", Data = "fashion", Settings = SiloFixture.Small().ToSettings(("width", 16), ("depth", 2), ("patch", 7)) };
        var grain = fixture.Grains.GetGrain<ITransformationJobGrain>("again-1");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => grain.Start(spec)));
        await Jobs.WaitAsync("again-1");
        await grain.Start(spec);
        Assert.Single(await fixture.Client.Learngenes.VersionsAsync("again/model"));
        await Assert.ThrowsAsync<RefusedException>(() => grain.Start(spec with { Name = "again/other" }));
    }

    private async Task<JobStatus> UntilAsync(string id, Func<JobStatus, bool> condition)
    {
        await foreach (var status in Jobs.WatchAsync(id))
            if (condition(status))
                return status;
        return await Jobs.GetAsync(id);
    }
}
