using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Sdk;
using Learngene.Sdk.Jobs;

namespace Learngene.LetsForms;

/// <summary>Runs one seed through the product itself.</summary>
internal static class Experiment
{
    // 16 epochs of sizes drawn evenly from 48..96 x 2..8 cost 0.373 of an auxiliary epoch each: 6 auxiliary epochs, as many as the paper's form gets.
    private const int SampledEpochs = 16, PaperEpochs = 6, AncestryEpochs = 12, ScratchEpochs = 10;
    private const double TuneLr = 1e-4;
    private static readonly int[] s_widths = [48, 64, 80, 96], s_depths = [2, 3, 4, 5, 6, 7, 8];
    private static readonly (int Width, int Depth)[] s_tuned = [(48, 2), (48, 3), (48, 5), (48, 8), (64, 3), (64, 5), (64, 8), (80, 4), (96, 2), (96, 3), (96, 5), (96, 8)];
    private static readonly (int Width, int Depth)[] s_scratch = [(48, 2), (48, 3), (64, 5), (96, 3)];

    public static async Task<int> RunAsync(string cluster, string data, ulong seed, string file)
    {
        var clock = Stopwatch.StartNew();
        await using var client = await LearngeneClient.ConnectAsync(cluster);
        await client.Data.AddAsync("images", data);
        TrainingOptions Options(int epochs, params (string Key, JsonNode Value)[] more)
        {
            var config = new JsonObject { ["evaluateEvery"] = 0 };
            foreach (var (key, value) in more) config[key] = value;
            return new() { Epochs = epochs, Seed = seed, Config = config };
        }
        async Task<double> Accuracy(Task<Learngene.Jobs.JobStatus> start, string what)
        {
            double accuracy = (await client.Jobs.WaitAsync((await start).Id)).Metrics["accuracy"];
            Console.WriteLine($"{clock.Elapsed:m\\:ss} seed {seed}, {what}: {accuracy:P2}");
            return accuracy;
        }

        double ancestry = await Accuracy(client.Jobs.TrainAsync("ancestry", "images", 128, 6, 7, 8, Options(AncestryEpochs)), "ancestry");
        var cells = new List<Cell>();
        var scratch = new List<Scratch>();
        void Save() => File.WriteAllText(file, JsonSerializer.Serialize(new Results(seed, ancestry, clock.Elapsed.TotalSeconds, cells, scratch)));
        foreach (var (form, epochs) in ((string, int)[])[("sampled", SampledEpochs), ("paper", PaperEpochs)])
        {
            await Accuracy(client.Jobs.LearnLetsAsync(form, "ancestry", "images", (48, 4), (96, 8), Options(epochs, ("stage1", form))), form);
            foreach (int width in s_widths)
                foreach (int depth in s_depths)
                {
                    var made = await client.Learngenes.DescendAsync(form, new() { Width = width, Depth = depth });
                    double init = await Accuracy(client.Jobs.EvaluateAsync(null, made.Weights, "images"), $"{form} {width} x {depth} as it comes");
                    double? tuned = s_tuned.Contains((width, depth))
                        ? await Accuracy(client.Jobs.FinetuneAsync(null, made.Weights, "images", $"tuned/{form}", Options(1, ("lr", TuneLr))), $"{form} {width} x {depth} after 1 epoch")
                        : null;
                    cells.Add(new(form, width, depth, made.Parameters, init, tuned));
                }
            Save();
        }
        foreach (var (width, depth) in s_scratch)
        {
            scratch.Add(new(width, depth, await Accuracy(client.Jobs.TrainAsync("scratch", "images", width, depth, 7, width / 16, Options(ScratchEpochs)), $"{width} x {depth} from scratch")));
            Save();
        }
        return 0;
    }
}
