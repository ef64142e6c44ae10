using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using TorchSharp;

namespace Learngene.Federations;

/// <summary>Runs the cells that a file does not have yet.</summary>
internal static class Experiment
{
    private const int Lately = 5;

    // Differences to the common specification. "alone" exchanges nothing: its late clients are what local training alone comes to.
    public static readonly IReadOnlyList<(string Name, string Json)> Cells =
    [
        ("fedavg", """{"method": "fedavg"}"""),
        ("fedavg int8", """{"method": "fedavg", "encoding": {"down": "int8", "up": "int8"}}"""),
        ("fedprox", """{"method": "fedprox"}"""),
        ("scaffold", """{"method": "scaffold"}"""),
        ("alone", """{"method": "fedavg"}"""),
        ("gene-fl", """{}"""),
        ("gene-fl f32", """{"encoding": {"down": "f32", "up": "f32"}}"""),
        ("gene-fl paper", """{"geneFl": {"profile": "paper"}}"""),
        ("no elastic", """{"geneFl": {"elastic": "none"}}"""),
        ("no smoothing", """{"geneFl": {"lambdaSmooth": 0}}"""),
        ("neither", """{"geneFl": {"lambdaSmooth": 0, "elastic": "none"}}"""),
        ("random layers", """{"geneFl": {"selection": "random"}}"""),
        ("one cohort", """{"geneFl": {"cohorts": 1}}"""),
        ("client chooses", """{"geneFl": {"selection": "smallest", "chooser": "client"}}"""),
        ("smallest", """{"geneFl": {"selection": "smallest"}}"""),
        ("paper smallest", """{"geneFl": {"profile": "paper", "selection": "smallest"}}"""),
        ("paper random newcomer", """{"geneFl": {"profile": "paper", "newcomer": "random"}}"""),
        ("error feedback", """{"encoding": {"errorFeedback": true}}"""),
        ("fedavg 1 epoch", """{"method": "fedavg", "localEpochs": 1, "lrEnd": 1}"""),
        ("gene-fl 1 epoch", """{"localEpochs": 1, "lrEnd": 1}"""),
        ("paper 1 epoch", """{"geneFl": {"profile": "paper"}, "localEpochs": 1, "lrEnd": 1}"""),
    ];

    public static void Run(string folder, ulong[] seeds, string[]? names, string[]? partitions, double[] rates, string file)
    {
        torch.set_num_threads(1);
        using var data = DataSet.Open(folder);
        foreach (ulong seed in seeds)
            foreach (string partition in partitions ?? ["dirichlet", "labels"])
                foreach (var (name, json) in Cells.Where(c => names is null || names.Contains(c.Name)).Concat(Given(names)))
                {
                    var cells = Cell.Read(file);
                    if (cells.Any(c => (c.Name, c.Partition, c.Seed) == (name, partition, seed))) continue;
                    var cell = Run(data, name, Specification(json, partition, seed), partition, seed, rates);
                    Cell.Write(file, [.. Cell.Read(file), cell]);
                    Console.WriteLine(Tables.Line(cell));
                }
    }

    // A cell can be given as JSON of its own instead of a name: {"lr":0.05;"method":"fedavg"}, with ; for the commas.
    private static IEnumerable<(string, string)> Given(string[]? names) => (names ?? []).Where(n => n.StartsWith('{')).Select(n => (n.Replace(';', ','), n.Replace(';', ',')));

    private static FederationSettings Specification(string difference, string partition, ulong seed)
    {
        var specification = new JsonObject
        {
            ["name"] = "fashion/fed", ["data"] = "fashion-mnist", ["seed"] = seed, ["rounds"] = 60, ["clientsPerRound"] = 8,
            ["model"] = new JsonObject { ["width"] = 32, ["depth"] = 4, ["patch"] = 7 },
            ["partition"] = new JsonObject { ["kind"] = partition, ["alpha"] = 0.1, ["labelsPerClient"] = 2, ["clients"] = 100, ["late"] = 20, ["imagesPerClient"] = 200, ["seed"] = seed },
        };
        foreach (var (key, value) in JsonNode.Parse(difference)!.AsObject()) specification[key] = value!.DeepClone();
        return FederationSettings.Parse(specification.ToJsonString());
    }

    private static Cell Run(DataSet data, string name, FederationSettings settings, string partition, ulong seed, double[] rates)
    {
        var clock = Stopwatch.StartNew();
        var federation = new SimulatedFederation(settings, data);
        double lately = 0;
        var nothing = new EvaluationSettings { LateEpochs = [], FineTuneEpochs = [], Late = false };
        int rounds = name == "alone" ? 0 : settings.Rounds;
        for (int round = 1; round <= rounds; round++)
        {
            federation.Next();
            if (round > rounds - Lately) lately += federation.Result(nothing).Known!.AfterDownload / Lately;
        }
        double seconds = clock.Elapsed.TotalSeconds;
        SortedDictionary<string, double[]> tuned = [], late = [];
        SimulationResult? result = null;
        foreach (double rate in rates)
        {
            result = federation.Result(new() { FineTuneLr = rate, FineTuneEpochs = rounds == 0 ? [1, 5, 20] : [1, 5] });
            string key = rate.ToString(CultureInfo.InvariantCulture);
            (tuned[key], late[key]) = ([.. result.Known!.Tuned], [.. result.Late!.After]);
        }
        return new(name, partition, seed, result!.BytesUp, result.BytesDown, result.BytesToInitialise, result.Known!.AsLeft, result.Known.AfterDownload,
            rounds == 0 ? result.Known.AfterDownload : lately, tuned, late, result.GlobalAccuracy, Math.Round(seconds, 1));
    }
}
