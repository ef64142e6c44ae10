using Learngene.Sdk.Experiments;

namespace Learngene.Console.Tests;

/// <summary>A comparison that nobody ran: four methods, three seeds, three sizes, components, one failed cell and hostile names.</summary>
internal static class SampleResults
{
    public const string Hostile = "<script>alert(1)</script>";

    public static ExperimentResults Of(params ulong[] seeds)
    {
        string[] sizes = ["32x2", "48x3", "64x4"];
        var experiment = new Experiment
        {
            Name = "Fashion-MNIST, four ways & <b>more</b>", Data = "fashion", Patch = 7, Ancestry = new() { Width = 128, Depth = 6 }, Seeds = seeds, Sizes = sizes, Components = [1, 2, 4], Epochs = [0, 1],
            Description = "Does a descendant beat training from scratch?\n<img src=x onerror=alert(2)>", Metrics = ["accuracy", "loss"],
            Methods = [new() { Name = "Scratch", Kind = "scratch", Epochs = [1, 10] }, new() { Name = "LeTs", Kind = "lets" }, new() { Kind = "decomposition" }, new() { Name = Hostile, Kind = "tleg" }],
        };
        return new() { Experiment = experiment, Command = "learngene compare <fashion>.json -o report", Cells = [.. seeds.SelectMany(seed => experiment.Methods.SelectMany(m => Cells(experiment, m, seed)))] };
    }

    // Made so that means and deviations are easy by hand: seed s adds (s - 2) / 100 to every accuracy of LeTs, (s - 2) / 200 to others'.
    private static IEnumerable<CellResult> Cells(Experiment experiment, Method method, ulong seed)
    {
        string title = method.Name ?? method.Kind;
        foreach (var (size, i) in experiment.Sizes.Select((s, i) => (s, i)))
            foreach (int? k in method.Kind == "decomposition" ? experiment.Components.Select(k => (int?)k) : [null])
                foreach (int epochs in method.Epochs ?? experiment.Epochs)
                {
                    int[] wide = [.. size.Split('x').Select(int.Parse)];
                    double at = method.Kind switch { "scratch" => epochs == 1 ? 0.40 : 0.72, "lets" => epochs == 0 ? 0.65 : 0.75, "tleg" => epochs == 0 ? 0.50 : 0.70, _ => (epochs == 0 ? 0.55 : 0.68) + 0.01 * k!.Value };
                    double accuracy = at + 0.03 * i + ((double)seed - 2) / (method.Kind == "lets" ? 100 : 200);
                    bool failed = method.Kind == "tleg" && i == 1 && epochs == 1 && seed == 1;
                    string hash = $"{seed}{i}{k ?? 0}{epochs}{Math.Abs(title.Length):x4}".PadLeft(20, '0');
                    yield return new()
                    {
                        Hash = hash, Method = title, Kind = method.Kind, Seed = seed, Width = wide[0], Depth = wide[1], Components = k, Epochs = epochs,
                        Parameters = failed ? 0 : 12L * wide[0] * wide[0] * wide[1], Flops = failed ? 0 : 400L * wide[0] * wide[0] * wide[1], Accuracy = failed ? null : accuracy, Loss = failed ? null : 1 - accuracy,
                        Seconds = failed ? 0 : 2 + 10 * epochs, LearnSeconds = method.Kind == "scratch" ? 0 : 120, Jobs = [$"train-{hash}", $"finetune-{hash}"],
                        History = epochs == 10 ? [.. Enumerable.Range(1, 10).Select(e => new EpochAccuracy(e, accuracy - 0.3 * (10 - e) / 10))] : [],
                        Software = "0.1.0", Machine = "cpu (2 threads)", Error = failed ? "ran out of \"memory\", \nthen stopped <b>" : null,
                    };
                }
    }
}
