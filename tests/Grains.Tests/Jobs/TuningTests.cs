using System.Text.Json.Nodes;
using Learngene.Jobs;
using Learngene.Sdk.Jobs;
using Learngene.Vision.Safetensors;

namespace Learngene.Grains.Tests.Jobs;

/// <summary>Tuning of a part, for a number of steps.</summary>
[Collection(OneSilo.Name)]
public sealed class TuningTests(SiloFixture fixture)
{
    private JobsClient Jobs => fixture.Client.Jobs;

    [Fact(Timeout = 120_000)]
    public async Task Only_norms_moves_norms_alone_and_steps_end_it()
    {
        var model = await Jobs.WaitAsync((await Jobs.TrainAsync("norms/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        var tuned = await TuneAsync("norms/tuned", ("only", "norms"), ("steps", 5));
        Assert.Equal(5, tuned.Step);
        var (before, after) = (await TensorsAsync(model), await TensorsAsync(tuned));
        Assert.Equal(before.Keys, after.Keys);
        foreach (var (name, values) in before)
        {
            bool norm = name.Contains("norm", StringComparison.Ordinal);
            if (norm) Assert.NotEqual(values, after[name]);
            else Assert.Equal(values, after[name]);
        }
        Assert.Contains(before.Keys, k => k.Contains("norm", StringComparison.Ordinal));
        // A head that nobody has trained is trained with them.
        var fresh = await TensorsAsync(await TuneAsync("norms/fresh", ("only", "norms"), ("steps", 5), ("head", "fresh")));
        Assert.NotEqual(before["head.weight"], fresh["head.weight"]);
        Assert.Equal(before["blocks.0.mlp.fc1.weight"], fresh["blocks.0.mlp.fc1.weight"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_tuning_of_norms_that_was_stopped_and_resumed_gives_the_same_file()
    {
        await Jobs.WaitAsync((await Jobs.TrainAsync("halted/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        (string, JsonNode?)[] settings = [("only", "norms"), ("steps", 150), ("dropPath", 0.1), ("head", "fresh")];
        var whole = await TuneAsync("halted/whole", settings, "halted/model");
        var job = await Jobs.StartAsync(Spec("halted/stopped", settings, "halted/model"));
        await foreach (var status in Jobs.WatchAsync(job.Id))
            if (status.Ended || status.CheckpointStep > 0) break;
        await Jobs.CancelAsync(job.Id);
        await foreach (var status in Jobs.WatchAsync(job.Id))
            if (status.Ended) break;
        await Jobs.ResumeAsync(job.Id);
        Assert.Equal(whole.Result!.Weights, (await Jobs.WaitAsync(job.Id)).Result!.Weights);
    }

    [Theory(Timeout = 120_000), InlineData(5), InlineData(40)]
    public async Task Several_workers_end_by_steps_as_one_does(int steps)
    {
        await Jobs.WaitAsync((await Jobs.TrainAsync($"side-{steps}/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id); // 16 steps an epoch
        (string, JsonNode?)[] settings = [("steps", steps), ("localSteps", 1), ("outerMomentum", 0), ("workers", 2)];
        var done = await TuneAsync($"side-{steps}/tuned", settings, $"side-{steps}/model");
        Assert.Equal(steps, done.Step);
        Assert.Equal((steps + 1) / 2, done.Metrics["rounds"]);
        await fixture.Client.Learngenes.GetAsync($"side-{steps}/tuned");
        Assert.Contains("head.weight", (await TensorsAsync(done)).Keys);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_learngene_of_low_rank_gives_descendants_and_is_measured()
    {
        await Jobs.WaitAsync((await Jobs.TrainAsync("low/model", "fashion", 32, 4, 7, options: SiloFixture.Small())).Id);
        var options = SiloFixture.Small(more: [("rank", 4), ("featureWeight", 0.5), ("measureSizes", 200)]);
        var spec = new JobSpec
        {
            Kind = JobKind.LearnLets, Model = "low/model", Data = "fashion", Name = "low/lets",
            Settings = options.ToSettings(("learngeneWidth", 16), ("learngeneDepth", 2), ("width", 32), ("depth", 4)),
        };
        var learnt = await Jobs.WaitAsync((await Jobs.StartAsync(spec)).Id);
        Assert.Contains("\"rank\":4", (await fixture.Client.Learngenes.GetAsync("low/lets")).Config);
        Assert.True(learnt.Metrics["accuracy/32x4"] > 0.1);
        var descendant = await fixture.Client.Learngenes.DescendAsync("low/lets", new() { Width = 32, Depth = 3 });
        var measured = await Jobs.WaitAsync((await Jobs.EvaluateAsync(null, descendant.Weights, "fashion")).Id);
        Assert.True(measured.Metrics["accuracy"] > 0.1);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Jobs.StartAsync(spec with { Settings = spec.Settings.Replace("\"rank\":4", "\"rank\":17", StringComparison.Ordinal) }));
        Assert.Contains("rank 17", refusal.Message);
    }

    [Theory(Timeout = 60_000), InlineData("steps", "0", "steps 0"), InlineData("only", "\"heads\"", "heads")]
    public async Task What_cannot_be_is_refused(string key, string value, string named)
    {
        await Jobs.WaitAsync((await Jobs.TrainAsync("refusing/model", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Jobs.StartAsync(Spec("refusing/tuned", [(key, JsonNode.Parse(value)!)], "refusing/model")));
        Assert.Contains(named, refusal.Message);
    }

    private Task<JobStatus> TuneAsync(string name, params (string, JsonNode?)[] settings) => TuneAsync(name, settings, "norms/model");

    private async Task<JobStatus> TuneAsync(string name, (string, JsonNode?)[] settings, string model) =>
        await Jobs.WaitAsync((await Jobs.StartAsync(Spec(name, settings, model))).Id);

    private static JobSpec Spec(string name, (string, JsonNode?)[] settings, string model) =>
        new() { Kind = JobKind.Finetune, Model = model, Data = "fashion", Name = name, Settings = SiloFixture.Small().ToSettings([.. settings.Select(s => (s.Item1, s.Item2?.DeepClone()))]) };

    private async Task<Dictionary<string, byte[]>> TensorsAsync(JobStatus job)
    {
        string path = Path.Combine(fixture.Directory, $"{job.Id}.safetensors");
        await fixture.Client.Weights.DownloadAsync(job.Result!.Weights!, path);
        using var file = SafetensorsFile.Open(path);
        return file.Tensors.ToDictionary(t => t.Key, t =>
        {
            byte[] bytes = new byte[t.Value.Length];
            file.Read(t.Value, bytes);
            return bytes;
        });
    }
}
