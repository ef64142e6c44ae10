using System.Text.Json.Nodes;
using Learngene.Jobs;
using Learngene.Sdk;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Learngenes;

namespace Learngene.Silo.Demo;

/// <summary>
/// The project's main job as an ordinary user of the SDK: ancestry model, learngene, descendants as they come and after one epoch,
/// and the same sizes from scratch.
/// </summary>
internal sealed class DemoRun(LearngeneClient client, DemoPlan plan, string dataPath, string output, IDemoProgress progress)
{
    private const string Data = "fashion-mnist";
    private int _images; // a training sees

    public async Task<DemoResult> RunAsync(TimeProvider time, CancellationToken token)
    {
        long start = time.GetTimestamp();
        var data = await client.Data.AddAsync(Data, dataPath, token: token);
        int images = _images = plan.Images > 0 ? Math.Min(plan.Images, data.TrainImages) : data.TrainImages;
        progress.Plan(Cost(images));

        var ancestry = await TrainAsync("demo/ancestry", plan.Ancestry, plan.AncestryEpochs, "ancestry model", token);
        string reference = $"{ancestry.Result!.Name}@{ancestry.Result.Version}";
        var lets = await WaitAsync(
            await client.Jobs.LearnLetsAsync("demo/lets", reference, Data, plan.Learngene, plan.Auxiliary, Options(plan.LearngeneEpochs, ("stage1", plan.Stage1), ("evaluateEvery", 5)), token),
            "learngene", Flops(plan.Auxiliary) * images * plan.LearngeneEpochs, token);
        string learngene = $"{lets.Result!.Name}@{lets.Result.Version}";
        await client.Learngenes.ExportAsync(learngene, Path.Combine(output, "learngene.safetensors"), null, token);

        var rows = new List<DemoRow>();
        foreach (var size in plan.Sizes) rows.Add(await RowAsync(learngene, size, images, token));
        return new(Data, plan.Seed, time.GetElapsedTime(start).TotalSeconds, new(Accuracy(ancestry), ancestry.Result.Parameters), new(lets.Result.Parameters, Accuracy(lets)), rows)
        {
            Stage1 = plan.Stage1,
        };
    }

    private async Task<DemoRow> RowAsync(string learngene, (int Width, int Depth) size, int images, CancellationToken token)
    {
        string name = $"{size.Width}x{size.Depth}";
        var descendant = await client.Learngenes.DescendAsync(
            learngene, new() { Width = size.Width, Depth = size.Depth }, Path.Combine(output, $"descendant-{name}.safetensors"), token);
        var init = await client.Jobs.WaitAsync((await client.Jobs.EvaluateAsync(null, descendant.Weights, Data, token)).Id, null, token);
        var tune = await client.Jobs.FinetuneAsync(null, descendant.Weights, Data, $"demo/tuned-{name}", Options(1, ("lr", plan.TuneLr)), token);
        var tuned = await WaitAsync(tune, $"{name}, tuned 1 epoch", Flops(size) * images, token);
        var one = await TrainAsync($"demo/scratch-{name}", size, 1, $"{name} from scratch, 1 epoch", token);
        bool longer = plan.FromScratch.Contains(size);
        var scratch = longer ? await TrainAsync($"demo/scratch-{name}", size, plan.ScratchEpochs, $"{name} from scratch, {plan.ScratchEpochs} epochs", token) : one;
        var row = new DemoRow(size.Width, size.Depth, descendant.Parameters, Accuracy(init), Accuracy(tuned), longer ? plan.ScratchEpochs : 1, Accuracy(scratch), Accuracy(one));
        progress.Row(row);
        return row;
    }

    private async Task<JobStatus> TrainAsync(string name, (int Width, int Depth) size, int epochs, string what, CancellationToken token)
    {
        var job = await client.Jobs.TrainAsync(name, Data, size.Width, size.Depth, plan.Patch, size.Width / 16, Options(epochs, ("evaluateEvery", 0)), token: token);
        return await WaitAsync(job, what, Flops(size) * _images * epochs, token);
    }

    private async Task<JobStatus> WaitAsync(JobStatus job, string what, double cost, CancellationToken token)
    {
        progress.Begin(what);
        var done = await client.Jobs.WaitAsync(job.Id, status => progress.Step(status, cost), token);
        progress.End(what, done, cost);
        return done;
    }

    private TrainingOptions Options(int epochs, params (string Key, JsonNode Value)[] more)
    {
        var config = new JsonObject();
        if (plan.Images > 0) config["images"] = plan.Images;
        foreach (var (key, value) in more) config[key] = value;
        return new() { Epochs = epochs, Seed = plan.Seed, Config = config };
    }

    // What is ahead, in the arithmetic of the models: what the time remaining is reckoned by.
    private double Cost(int images) =>
        Flops(plan.Ancestry) * images * plan.AncestryEpochs + Flops(plan.Auxiliary) * images * plan.LearngeneEpochs
        + plan.Sizes.Sum(s => Flops(s) * images * (2 + (plan.FromScratch.Contains(s) ? plan.ScratchEpochs : 0)));

    private static double Flops((int Width, int Depth) size) => 12.0 * size.Width * size.Width * size.Depth;

    private static double Accuracy(JobStatus job) => job.Metrics["accuracy"];
}
