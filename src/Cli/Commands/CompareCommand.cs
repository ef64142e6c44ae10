using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Cli.Report;
using Learngene.Data;
using Learngene.Sdk;
using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Commands;

/// <summary><c>compare</c>.</summary>
internal static class CompareCommand
{
    private const double FlopsPerSecond = 1e14;

    public static Command Create()
    {
        var file = Flags.Argument("EXPERIMENT.json", "What is compared (docs/compare.md).");
        var output = Flags.Maybe("-o", "DIR", "Where report.html, results.json and results.csv go; finished cells are kept there.");
        var dryRun = Flags.Switch("--dry-run", "Only say what would be done and what it would cost; needs no silo where the experiment has dataFacts.");
        var flops = Flags.Count("--flops-per-second", "What a device sustains, for the hours of --dry-run (default 100T: bf16 on a data-centre GPU).");
        var atOnce = Flags.Whole("--at-once", "Cells in the cluster's queues at once (default 2).");
        return new Verb("compare", "Runs an experiment, cell by cell, and writes its report; run again, it goes on where it was.",
            "learngene compare deploy/experiments/fashion-quick.json -o report") { file, output, dryRun, flops, atOnce }.Does(async call =>
        {
            var experiment = ExperimentFile.Read(call.Get(file));
            if (call.Get(dryRun)) return await EstimateAsync(call, experiment, call.Get(flops) is > 0 and var given ? given : FlopsPerSecond);
            string directory = call.Get(output) is { Length: > 0 } named ? Path.GetFullPath(named) : throw new UsageException("'learngene compare' needs -o DIR: where the report goes.");
            if (call.Get(atOnce) is < 1 or > 64) throw new UsageException($"--at-once {call.Get(atOnce)} is outside 1..64.");
            await using var client = await call.ConnectAsync();
            var data = await DataAsync(client, experiment, call.Token);
            var plan = new ExperimentPlan(experiment, name => data[name].Hash);
            var cells = await CellsAsync(call, new ExperimentRun(client, plan, directory), call.Get(atOnce) ?? 2);
            var results = new ExperimentResults { Experiment = experiment, Command = $"learngene compare {call.Get(file)} -o {call.Get(output)}", Cells = cells };
            return Answer(call, results, directory);
        });
    }

    private static async Task<IReadOnlyList<CellResult>> CellsAsync(Call call, ExperimentRun run, int atOnce)
    {
        try
        {
            return await run.RunAsync(atOnce, new CompareProgress(call).Show, call.Token);
        }
        catch (OperationCanceledException) when (call.Token.IsCancellationRequested)
        {
            call.Terminal.Error.WriteLine("the jobs that were begun go on; run the command again to go on with the rest, 'learngene jobs list' shows what to cancel.");
            throw;
        }
    }

    private static int Answer(Call call, ExperimentResults results, string directory)
    {
        ReportWriter.Write(results, directory);
        string report = Path.Combine(directory, "report.html");
        int failed = results.Cells.Count(c => c.Error is not null);
        var document = new JsonObject
        {
            ["name"] = results.Experiment.Name, ["cells"] = results.Cells.Count, ["failed"] = failed, ["directory"] = directory, ["report"] = report,
        };
        call.Answer(document, people => people.WriteLine($"{results.Cells.Count} cells, {failed} failed; {report}"));
        if (failed > 0) call.Terminal.Error.WriteLine(Usage.OneLine($"{failed} of {results.Cells.Count} cells failed, the first with: {results.Cells.First(c => c.Error is not null).Error}"));
        return failed == 0 ? Exit.Done : Exit.Failed;
    }

    private static async Task<int> EstimateAsync(Call call, Experiment experiment, double flopsPerSecond)
    {
        var (facts, tuneOn) = (experiment.DataFacts, experiment.TuneOn is null ? experiment.DataFacts : experiment.TuneOnFacts);
        if (facts is null || tuneOn is null)
        {
            await using var client = await call.ConnectAsync();
            var data = await DataAsync(client, experiment, call.Token);
            (facts, tuneOn) = (facts ?? Facts(data[experiment.Data]), tuneOn ?? Facts(data[experiment.TuneOn ?? experiment.Data]));
        }
        var estimate = ExperimentEstimate.Of(new(experiment, name => name), facts, tuneOn);
        call.Answer(Documents.Estimate(experiment, estimate, flopsPerSecond), people =>
        {
            people.WriteLine($"{experiment.Name}: {Tables.Count(estimate.Cells)} cells, {experiment.Seeds.Count} seeds");
            Tables.Write(call, ["size", "#parameters", "#FLOPs an image"], estimate.Sizes.Select(s => (string[])[s.Size, Tables.Count(s.Parameters), Tables.Count(s.Flops)]));
            Tables.Write(call, ["method", "#stored", "#cells", "#jobs", "#steps", "#FLOPs", "#memory", "#hours"], estimate.Methods.Select(m => (string[])[
                m.Method, Tables.Count(m.Stored), Tables.Count(m.Cells), Tables.Count(m.Jobs), Tables.Count(m.Steps), FormattableString.Invariant($"{m.Flops:0.00e+0}"),
                Tables.Bytes(m.Bytes), FormattableString.Invariant($"{m.Flops / flopsPerSecond / 3600:0.####}")]));
            people.WriteLine(FormattableString.Invariant($"{estimate.Hours(flopsPerSecond):0.####} hours on one device that sustains {flopsPerSecond:0e+0} operations a second"));
        });
        return Exit.Done;
    }

    private static async Task<Dictionary<string, DataSetInfo>> DataAsync(LearngeneClient client, Experiment experiment, CancellationToken token)
    {
        var data = new Dictionary<string, DataSetInfo>();
        foreach (string name in ((string?[])[experiment.Data, experiment.TuneOn]).OfType<string>()) data[name] = await client.Data.GetAsync(name, token);
        return data;
    }

    private static DataFacts Facts(DataSetInfo data) => new() { TrainImages = data.TrainImages, ImageSize = data.Height, Channels = data.Channels, Classes = data.Classes };
}
