using Learngene.Jobs;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Learngenes;

namespace Learngene.Grains.Tests.Jobs;

[Collection(OneSilo.Name)]
public sealed class DecompositionJobTests(SiloFixture fixture)
{
    private JobsClient Jobs => fixture.Client.Jobs;
    private LearngenesClient Learngenes => fixture.Client.Learngenes;

    [Fact(Timeout = 120_000)]
    public async Task Each_phase_is_a_version_whose_parent_is_the_phase_before()
    {
        await AncestryAsync("phases/ancestry");
        var done = await Jobs.WaitAsync((await Jobs.LearnDecompositionAsync("phases/parts", "phases/ancestry", "fashion", [1, 2, 4], Small(("training", "phases")))).Id);
        Assert.Equal(3, done.Result!.Version);
        Assert.Equal([1, 2, 3], done.History.Select(e => e.Epoch));
        var versions = await Learngenes.VersionsAsync("phases/parts");
        Assert.Equal([1, 2, 3], versions.Select(v => v.Phase));
        Assert.All(versions, v => Assert.Equal("decomposition", v.Kind));
        Assert.True(versions[0].Parameters < versions[1].Parameters && versions[1].Parameters < versions[2].Parameters);
        Assert.Equal(["phases/ancestry@1"], versions[0].Parents.Select(p => p.Name));
        Assert.Equal(["phases/ancestry@1", "phases/parts@2"], versions[2].Parents.Select(p => p.Name));
        // Equal beginnings are equal files, whatever follows them.
        var two = await Jobs.WaitAsync((await Jobs.LearnDecompositionAsync("phases/two", "phases/ancestry", "fashion", [1, 2], Small(("training", "phases")))).Id);
        Assert.Equal(versions[1].Weights, two.Result!.Weights);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_phased_job_that_was_stopped_and_resumed_gives_the_same_files()
    {
        await AncestryAsync("stop/ancestry");
        var options = SiloFixture.Small(epochs: 3, seed: 5, ("training", "phases"), ("dropPath", 0.1), ("measureSizes", 0));
        var plain = await Jobs.WaitAsync((await Jobs.LearnDecompositionAsync("stop/plain", "stop/ancestry", "fashion", [1, 2, 4], options)).Id);
        var job = await Jobs.LearnDecompositionAsync("stop/stopped", "stop/ancestry", "fashion", [1, 2, 4], options);
        for (int stops = 1; stops <= 2; stops++) // once in the second phase, once in the third
        {
            await UntilAsync(job.Id, s => s.Ended || s.CheckpointStep > stops * plain.Steps / 3);
            await Jobs.CancelAsync(job.Id);
            await UntilAsync(job.Id, s => s.Ended);
            await Jobs.ResumeAsync(job.Id);
        }
        var resumed = await Jobs.WaitAsync(job.Id);
        Assert.Equal(plain.Result!.Weights, resumed.Result!.Weights);
        Assert.Equal(plain.History, resumed.History);
        var (once, again) = (await Learngenes.VersionsAsync("stop/plain"), await Learngenes.VersionsAsync("stop/stopped"));
        Assert.Equal(once.Select(v => v.Weights), again.Select(v => v.Weights));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_decomposed_model_recomposed_at_its_own_depth_is_the_model()
    {
        await AncestryAsync("closed/model");
        var decomposed = await Jobs.WaitAsync((await Jobs.DecomposeAsync("closed/parts", "closed/model")).Id);
        Assert.InRange(decomposed.Metrics["residual"], 0, 1e-6);
        Assert.Equal(Math.Sqrt(2), decomposed.Metrics["conditionNumber"], 3);
        var model = await Jobs.WaitAsync((await Jobs.EvaluateAsync("closed/model", null, "fashion")).Id);
        var same = await Learngenes.DescendAsync("closed/parts", new() { Depth = 4 });
        var recomposed = await Jobs.WaitAsync((await Jobs.EvaluateAsync(null, same.Weights, "fashion")).Id);
        Assert.Equal(model.Metrics["accuracy"], recomposed.Metrics["accuracy"], 3);
        Assert.Equal(model.Metrics["loss"], recomposed.Metrics["loss"], 3);
        var shallow = await Learngenes.DescendAsync("closed/parts", new() { Depth = 2, Components = 2 });
        Assert.Equal((32, 2), (shallow.Width, shallow.Depth));
        var distilled = await Jobs.WaitAsync((await Jobs.DecomposeAsync("closed/distilled", "closed/model", 2, "fashion", SiloFixture.Small())).Id);
        Assert.Contains("accuracy/32x2x1", distilled.Metrics.Keys);
        Assert.True(distilled.Metrics["residual/0"] >= 0);
    }

    [Fact(Timeout = 120_000)]
    public async Task Tied_tuning_keeps_the_equation_at_the_depth_and_the_count_asked_for()
    {
        await AncestryAsync("tied/model");
        await Jobs.WaitAsync((await Jobs.DecomposeAsync("tied/parts", "tied/model")).Id);
        var spec = new JobSpec
        {
            Kind = JobKind.Finetune, Model = "tied/parts", Data = "fashion", Name = "tied/tuned",
            Settings = SiloFixture.Small().ToSettings(("depth", 6), ("components", 2)),
        };
        var tuned = await Jobs.WaitAsync((await Jobs.StartAsync(spec)).Id);
        var version = await Learngenes.GetAsync("tied/tuned");
        Assert.Equal("decomposition", version.Kind);
        Assert.Contains("\"depth\":6", version.Config);
        Assert.Contains("\"components\":2", version.Config);
        Assert.True(tuned.Metrics["accuracy"] > 0.1);
        var refusal = await Assert.ThrowsAsync<RefusedException>(() => Jobs.StartAsync(spec with { Settings = SiloFixture.Small().ToSettings(("components", 5)) }));
        Assert.Contains("components 5", refusal.Message);
    }

    [Fact(Timeout = 120_000)]
    public async Task Components_that_are_widened_give_models_of_every_width_depth_and_count()
    {
        await AncestryAsync("wide/ancestry");
        var options = SiloFixture.Small(more: [("width", 48), ("componentWidth", 32), ("minWidth", 16), ("measureSizes", 200)]);
        var learnt = await Jobs.WaitAsync((await Jobs.LearnDecompositionAsync("wide/parts", "wide/ancestry", "fashion", [3], options)).Id);
        Assert.Equal(
            (from w in (int[])[32, 48] from d in (int[])[2, 3, 4] from k in (int[])[1, 2, 3] select $"accuracy/{w}x{d}x{k}").Order(StringComparer.Ordinal),
            learnt.Metrics.Keys.Where(k => k.StartsWith("accuracy/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("\"componentWidth\":32", (await Learngenes.GetAsync("wide/parts")).Config);
        foreach (var (width, depth, components) in ((int?, int, int)[])[(16, 2, 1), (32, 6, 3), (48, 4, 2), (null, 4, 3)])
        {
            var made = await Learngenes.DescendAsync("wide/parts", new() { Width = width, Depth = depth, Components = components });
            Assert.Equal((width ?? 48, depth, (width ?? 48) / 16), (made.Width, made.Depth, made.Heads));
            var measured = await Jobs.WaitAsync((await Jobs.EvaluateAsync(null, made.Weights, "fashion")).Id);
            Assert.InRange(measured.Metrics["accuracy"], 0, 1);
            if (width is null) Assert.Equal(learnt.Metrics["accuracy"], (await Evaluated("wide/parts")).Metrics["accuracy"], 6);
        }
        var sizes = await Evaluated("wide/parts", "16x2x1", "48x3");
        Assert.Equal(["accuracy/16x2x1", "accuracy/48x3"], sizes.Metrics.Keys.Where(k => k.StartsWith("accuracy/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        await RefusedAsync(() => Learngenes.DescendAsync("wide/parts", new() { Width = 64 }), "width 64", "16, 32, ..., 48");
        await RefusedAsync(() => Evaluated("wide/parts", "40x2"), "width 40", "16, 32, ..., 48");

        var answer = await Learngenes.ChooseAsync("wide/parts", new() { MaxParams = 20_000 });
        Assert.Equal((3 * 4 * 3, 16), (answer.Considered, answer.Chosen.Width)); // two layers of 32 have 27,500 parameters
        Assert.Equal(answer.Chosen.Bytes, (await Learngenes.DescendAsync("wide/parts", new() { Width = 16, Depth = answer.Chosen.Depth, Components = answer.Chosen.Components })).Weights.Length);
        answer = await Learngenes.ChooseAsync("wide/parts", new() { MaxParams = 1_000_000, Width = 32 });
        Assert.Equal((4 * 3, 32, "measured"), (answer.Considered, answer.Chosen.Width, answer.Chosen.Known));

        var tuned = new JobSpec { Kind = JobKind.Finetune, Model = "wide/parts", Data = "fashion", Name = "wide/tuned", Settings = SiloFixture.Small().ToSettings(("depth", 3), ("components", 2)) };
        await Jobs.WaitAsync((await Jobs.StartAsync(tuned)).Id);
        Assert.Contains("\"componentWidth\":32", (await Learngenes.GetAsync("wide/tuned")).Config);
        Assert.Equal((16, 3), await Learngenes.DescendAsync("wide/tuned", new() { Width = 16 }) is var narrow ? (narrow.Width, narrow.Depth) : default);
    }

    private async Task<JobStatus> Evaluated(string model, params string[] sizes)
    {
        var settings = new System.Text.Json.Nodes.JsonObject { ["testImages"] = 200, ["sizes"] = new System.Text.Json.Nodes.JsonArray([.. sizes.Select(s => System.Text.Json.Nodes.JsonValue.Create(s))]) };
        return await Jobs.WaitAsync((await Jobs.StartAsync(new JobSpec { Kind = JobKind.Evaluate, Model = model, Data = "fashion", Settings = settings.ToJsonString() })).Id);
    }

    private static async Task RefusedAsync(Func<Task> call, string value, string allowed)
    {
        string message = (await Assert.ThrowsAsync<RefusedException>(call)).Message;
        Assert.Contains(value, message);
        Assert.Contains(allowed, message);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_float32_cannot_hold_is_refused_with_its_condition_number_unless_forced()
    {
        await Jobs.WaitAsync((await Jobs.TrainAsync("deep/model", "fashion", 16, 12, 7, options: SiloFixture.Small())).Id);
        var options = new TrainingOptions { Config = new() { ["nodes"] = "paper", ["orderOffset"] = 1 } };
        var failed = await Assert.ThrowsAsync<JobFailedException>(async () => await Jobs.WaitAsync((await Jobs.DecomposeAsync("deep/parts", "deep/model", 12, options: options)).Id));
        Assert.True(failed.Status.InputError);
        Assert.Contains("condition number 5.2e+7", failed.Message);
        var forced = await Jobs.WaitAsync((await Jobs.DecomposeAsync(
            "deep/parts", "deep/model", 12, options: new() { Config = new() { ["nodes"] = "paper", ["orderOffset"] = 1, ["force"] = true } })).Id);
        Assert.True(forced.Metrics["roundingError"] > 1e-3);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_training_can_distil_a_teacher()
    {
        await AncestryAsync("teach/teacher");
        var alone = await Jobs.WaitAsync((await Jobs.TrainAsync("teach/alone", "fashion", 16, 2, 7, options: SiloFixture.Small())).Id);
        var taught = await Jobs.WaitAsync((await Jobs.TrainAsync("teach/taught", "fashion", 16, 2, 7, options: SiloFixture.Small(), teacher: "teach/teacher")).Id);
        Assert.NotEqual(alone.Result!.Weights, taught.Result!.Weights);
        Assert.Equal("teacher", Assert.Single((await Learngenes.GetAsync("teach/taught")).Parents).Role);
    }

    private async Task AncestryAsync(string name) => await Jobs.WaitAsync((await Jobs.TrainAsync(name, "fashion", 32, 4, 7, options: SiloFixture.Small())).Id);

    private static TrainingOptions Small(params (string, System.Text.Json.Nodes.JsonNode)[] more) => SiloFixture.Small(more: [.. more, ("measureSizes", 0)]);

    private async Task<JobStatus> UntilAsync(string id, Func<JobStatus, bool> condition)
    {
        await foreach (var status in Jobs.WatchAsync(id))
            if (condition(status)) return status;
        return await Jobs.GetAsync(id);
    }
}
