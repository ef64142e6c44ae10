using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Jobs;

namespace Learngene.Grains.Tests.Jobs;

[Collection(OneSilo.Name)]
public sealed class BaselineTests(SiloFixture fixture)
{
    [Fact(Timeout = 120_000)]
    public async Task Every_baseline_goes_from_the_ancestry_model_to_a_measured_model_of_the_size_asked_for()
    {
        await RunAsync(Spec(JobKind.Train, "baselines/large", null, "fashion", ("width", 32), ("depth", 4), ("patch", 7)));
        await RunAsync(Spec(JobKind.Train, "baselines/narrow", null, "fashion", ("width", 16), ("depth", 2), ("patch", 7)));

        await LearnAsync("tleg", "decomposition", depth: 4);
        await LearnAsync("sws", "vit", depth: 8);
        await LearnAsync("wave", "wave", depth: 4);
        var tleg = await fixture.Client.Learngenes.DescendAsync("baselines/tleg", new() { Width = 32, Depth = 3 });
        await AssertMeasuredAsync(tleg.Weights!);

        await InitialiseAsync("sws", "baselines/sws", 32, 7);
        await InitialiseAsync("wave", "baselines/wave", 32, 3, ("steps", 4));
        await InitialiseAsync("ligo", "baselines/narrow", 32, 3, ("steps", 4));
        await InitialiseAsync("weight-selection", "baselines/large", 16, 2);
        await InitialiseAsync("stacking", "baselines/large", 32, 6);
        await InitialiseAsync("copying", "baselines/large", 32, 2);
        await InitialiseAsync("front", "baselines/large", 48, 5);

        foreach (var (baseline, model, data, width, says) in ((string, string, string?, int, string)[])
                 [("ligo", "baselines/large", "fashion", 16, "width 16"), ("ligo", "baselines/narrow", null, 32, "data set"), ("front", "baselines/large", "fashion", 16, "data set"),
                  ("wave", "baselines/large", "fashion", 32, "is a vit"), ("stacking", "baselines/wave", null, 32, "is a wave"), ("tleg", "baselines/large", null, 32, "baseline 'tleg'")])
        {
            var refusal = await Assert.ThrowsAsync<RefusedException>(() => RunAsync(Spec(JobKind.Initialise, null, model, data, ("baseline", baseline), ("width", width))));
            Assert.Contains(says, refusal.Message);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_initialisation_by_the_same_seed_is_the_same_file_and_may_have_a_name()
    {
        await RunAsync(Spec(JobKind.Train, "baselines/twice", null, "fashion", ("width", 16), ("depth", 2), ("patch", 7)));
        var files = new List<string>();
        foreach (int seed in (int[])[3, 3, 4])
            files.Add((await RunAsync(Spec(
                JobKind.Initialise, "baselines/grown", "baselines/twice", "fashion", ("baseline", "ligo"), ("width", 32), ("steps", 3), ("seed", seed)))).Result!.Weights!.Sha256);
        Assert.Equal(files[0], files[1]);
        Assert.NotEqual(files[0], files[2]);
        Assert.Equal("vit", (await fixture.Client.Learngenes.GetAsync("baselines/grown")).Kind);
    }

    private async Task LearnAsync(string baseline, string kind, int depth)
    {
        var job = await RunAsync(Spec(JobKind.LearnBaseline, $"baselines/{baseline}", "baselines/large", "fashion", ("baseline", baseline), ("width", 32), ("heads", 2), ("depth", depth)));
        Assert.Equal(kind, job.Result!.Kind);
        Assert.True(job.Metrics["accuracy"] > 0);
        await AssertMeasuredAsync(job.Result.Weights!);
    }

    // As compare asks for it: without a name, data only where something is trained.
    private async Task InitialiseAsync(string baseline, string source, int width, int depth, params (string, JsonNode)[] more)
    {
        bool trains = more.Length > 0;
        var job = await RunAsync(Spec(
            JobKind.Initialise, null, source, trains ? "fashion" : null, [("baseline", baseline), ("width", width), ("depth", depth), ("heads", width / 16), .. more]));
        Assert.Equal("vit", job.Result!.Kind);
        using var config = JsonDocument.Parse(job.Result.Config!);
        Assert.Equal((width, depth), (config.RootElement.GetProperty("embed_dim").GetInt32(), config.RootElement.GetProperty("depth").GetInt32()));
        await AssertMeasuredAsync(job.Result.Weights!);
    }

    private async Task AssertMeasuredAsync(WeightRef weights)
    {
        var measured = await fixture.Client.Jobs.WaitAsync((await fixture.Client.Jobs.EvaluateAsync(null, weights, "fashion")).Id);
        Assert.InRange(measured.Metrics["accuracy"], 0.01, 1);
        Assert.True(double.IsFinite(measured.Metrics["loss"]));
    }

    private async Task<JobStatus> RunAsync(JobSpec spec) => await fixture.Client.Jobs.WaitAsync((await fixture.Client.Jobs.StartAsync(spec)).Id);

    private static JobSpec Spec(JobKind kind, string? name, string? model, string? data, params (string Key, JsonNode Value)[] settings)
    {
        var merged = new JsonObject { ["evaluateEvery"] = 0, ["seed"] = 1 };
        if (data is not null)
            foreach (var (key, value) in SiloFixture.Small().Config!) merged[key] = value?.DeepClone();
        if (kind is JobKind.Train or JobKind.LearnBaseline) merged["epochs"] = 1;
        foreach (var (key, value) in settings) merged[key] = value;
        return new() { Kind = kind, Name = name, Model = model, Data = data, Settings = merged.ToJsonString() };
    }
}
