// One ancestry model, one learngene, models of two sizes. Usage: RightSize [HOST:PORT] [DATA] [OUTPUT], beside a running silo.
using System.Text.Json.Nodes;
using Learngene.Sdk;
using Learngene.Sdk.Jobs;
using Learngene.Sdk.Learngenes;

string cluster = args.ElementAtOrDefault(0) ?? LearngeneClient.DefaultCluster;
string data = Path.GetFullPath(args.ElementAtOrDefault(1) ?? "data/fashion-mnist");
string output = args.ElementAtOrDefault(2) ?? ".";

await using var client = await LearngeneClient.ConnectAsync(cluster);
await client.Data.AddAsync("fashion-mnist", data);

// Small on purpose: a minute on two cores. Drop "images" and raise Epochs for models worth having.
var options = new TrainingOptions { Epochs = 1, Batch = 64, Config = new JsonObject { ["images"] = 2048, ["testImages"] = 500 } };

var ancestry = await client.Jobs.TrainAsync("sample/ancestry", "fashion-mnist", width: 32, depth: 2, patch: 7, options: options);
await client.Jobs.WaitAsync(ancestry.Id, Show);

var learngene = await client.Jobs.LearnLetsAsync("sample/lets", "sample/ancestry", "fashion-mnist", (16, 2), (32, 4), options);
await client.Jobs.WaitAsync(learngene.Id, Show);

foreach (var (width, depth) in ((int, int)[])[(16, 2), (32, 3)])
{
    string file = Path.Combine(output, $"descendant-{width}x{depth}.safetensors");
    var made = await client.Learngenes.DescendAsync("sample/lets", new DescendOptions { Width = width, Depth = depth }, file);
    Console.WriteLine($"{file}: {made.Parameters} parameters, sha256 {made.Weights.Sha256}");
}

static void Show(Learngene.Jobs.JobStatus job) => Console.Error.WriteLine($"{job.Id} {job.State} {job.Step}/{job.Steps}");
