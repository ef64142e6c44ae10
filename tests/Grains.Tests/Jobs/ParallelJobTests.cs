using System.Text.Json.Nodes;
using Learngene.Jobs;
using Learngene.Sdk.Jobs;
using Learngene.Vision.Data;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Training;
using Learngene.Vision.Tests.Training.Parallel;
using TrainingOptions = Learngene.Sdk.Jobs.TrainingOptions;

namespace Learngene.Grains.Tests.Jobs;

[Collection(OneSilo.Name)]
public sealed class ParallelJobTests(SiloFixture fixture)
{
    private JobsClient Jobs => fixture.Client.Jobs;

    [Fact(Timeout = 180_000)]
    public async Task Workers_on_a_silo_come_to_the_values_of_the_same_rounds_in_this_thread_and_leave_nothing()
    {
        var options = Parallel(epochs: 2, seed: 5, ("workers", 3), ("localSteps", 4), ("dropPath", 0.1));
        var done = await Jobs.WaitAsync((await Jobs.TrainAsync("parallel/three", "fashion", 16, 2, 7, options: options)).Id);
        Assert.Equal((JobState.Completed, 32L, 32L), (done.State, done.Step, done.Steps));
        Assert.Equal((3d, 3d, 3d), (done.Metrics["workers"], done.Metrics["rounds"], done.Metrics["round"]));
        Assert.Equal([1, 2], done.History.Select(e => e.Epoch));
        Assert.All(done.History, e => Assert.NotNull(e.Accuracy));
        // Three rounds of three workers' values, and as often back but for the first; headers are small beside them.
        long values = 4 * done.Result!.Parameters;
        Assert.InRange(done.Metrics["bytes"], 15 * values, 15 * (values + 1000));

        Assert.Equal(await SerialAsync(options), await ValuesAsync(done.Result.Weights!));
        Assert.DoesNotContain(await Jobs.ListAsync(), j => j.Spec.Kind == JobKind.TrainShard || j.Id.StartsWith(done.Id + ".", StringComparison.Ordinal));
        for (int round = 0; round < 3; round++)
            for (int worker = 0; worker < 3; worker++)
                await Assert.ThrowsAsync<RefusedException>(() => Jobs.GetAsync($"{done.Id}.r{round}.w{worker}"));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_job_of_several_workers_that_was_cancelled_and_resumed_gives_the_same_file()
    {
        var options = Parallel(epochs: 12, seed: 7, ("workers", 2), ("localSteps", 10), ("cropPadding", 2));
        var plain = await Jobs.WaitAsync((await Jobs.TrainAsync("parallel/plain", "fashion", 32, 4, 7, options: options)).Id);
        var job = await Jobs.TrainAsync("parallel/stopped", "fashion", 32, 4, 7, options: options);
        foreach (long at in (long[])[plain.Steps / 3, plain.Steps * 2 / 3])
        {
            await UntilAsync(job.Id, s => s.Step >= at);
            await Jobs.CancelAsync(job.Id);
            var stopped = await UntilAsync(job.Id, s => s.Ended);
            Assert.Equal(JobState.Cancelled, stopped.State);
            await Jobs.ResumeAsync(job.Id);
        }
        var resumed = await Jobs.WaitAsync(job.Id);
        Assert.Equal(plain.Result!.Weights, resumed.Result!.Weights);
        Assert.Equal(plain.History, resumed.History);
    }

    [Theory(Timeout = 180_000), InlineData("lets"), InlineData("finetune"), InlineData("decomposition"), InlineData("decompose"), InlineData("teacher")]
    public async Task Everything_that_trains_can_have_several_workers(string what)
    {
        var model = await Jobs.WaitAsync((await Jobs.TrainAsync($"parallel/of-{what}", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        var options = Parallel(1, 3, ("workers", 2), ("localSteps", 3));
        async Task<JobStatus> Start(string name) => await Jobs.WaitAsync((await (what switch
        {
            "lets" => Jobs.LearnLetsAsync(name, model.Result!.Name!, "fashion", (16, 2), (32, 4), options),
            "finetune" => Jobs.FinetuneAsync(model.Result!.Name!, null, "fashion", name, options),
            "decomposition" => Jobs.LearnDecompositionAsync(name, model.Result!.Name!, "fashion", [2], options),
            "decompose" => Jobs.DecomposeAsync(name, model.Result!.Name!, 2, "fashion", options),
            _ => Jobs.TrainAsync(name, "fashion", 16, 2, 7, teacher: model.Result!.Name!, options: options),
        })).Id);
        var first = await Start($"parallel/{what}");
        Assert.Equal((JobState.Completed, null), (first.State, first.Error));
        Assert.Equal(2, first.Metrics["workers"]);
        Assert.Equal(first.Result!.Weights, (await Start($"parallel/{what}-again")).Result!.Weights);
    }

    [Theory(Timeout = 60_000), InlineData("workers", 0), InlineData("workers", 65), InlineData("localSteps", 0), InlineData("outerMomentum", 1)]
    public async Task Settings_that_cannot_be_are_refused_by_name(string key, int value)
    {
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Jobs.TrainAsync("parallel/bad", "fashion", 16, 2, 7, options: SiloFixture.Small(1, 1, (key, value))));
        Assert.StartsWith($"{key} {value} is outside", refusal.Message);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_several_workers_cannot_do_is_refused()
    {
        var phases = await Assert.ThrowsAsync<RefusedException>(() => Jobs.LearnDecompositionAsync(
            "parallel/phases", null, "fashion", [1, 2], SiloFixture.Small(1, 1, ("workers", 2), ("training", "phases"), ("width", 16), ("depth", 2), ("patch", 7))));
        Assert.Contains("workers 2 cannot train in phases", phases.Message);
        var shard = await Assert.ThrowsAsync<RefusedException>(() => fixture.Grains.GetGrain<ITransformationJobGrain>("a-shard").Start(new() { Kind = JobKind.TrainShard, Data = "fashion" }));
        Assert.Contains("train-shard", shard.Message);
    }

    private static TrainingOptions Parallel(int epochs, ulong seed, params (string Key, JsonNode Value)[] more) => SiloFixture.Small(epochs, seed, more);

    private async Task<byte[]> ValuesAsync(WeightRef weights)
    {
        string path = Path.GetTempFileName();
        await fixture.Client.Weights.DownloadAsync(weights, path);
        using var file = SafetensorsFile.Open(path);
        using var parameters = ModelFile.ReadVit(file, ModelConfig.Read(file).Vit);
        File.Delete(path);
        return parameters.Values.bytes.ToArray();
    }

    // The same training by the code of Vision alone.
    private static Task<byte[]> SerialAsync(TrainingOptions options) => Task.Factory.StartNew(() =>
    {
        TorchSharp.torch.set_num_threads(1);
        var settings = Vision.Json.Parse<TrainSettings>(options.ToSettings(("width", 16), ("depth", 2), ("patch", 7)), "settings");
        using var data = DataSet.Open(SiloFixture.Images);
        var shape = settings.Shape(28, 1, 10);
        return SerialRounds.Run(() =>
        {
            var parameters = VitInit.Create(shape, settings.Seed);
            return new(new(new VitTrainable(shape, parameters, settings), data, data.Preprocess, settings), parameters);
        }).Values;
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task<JobStatus> UntilAsync(string id, Func<JobStatus, bool> condition)
    {
        await foreach (var status in Jobs.WatchAsync(id))
            if (condition(status))
                return status;
        return await Jobs.GetAsync(id);
    }
}
