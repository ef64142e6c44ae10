using System.CommandLine;
using System.Text.Json.Nodes;
using Learngene.Cli.Output;
using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Commands;

/// <summary><c>compare</c>.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var file = Flags.Argument("EXPERIMENT.json", "What is compared (docs/compare.md).");
        var output = Flags.Maybe("-o", "DIR", "Where report.html, results.json and results.csv go; finished cells are kept there.");
        var dryRun = Flags.Switch("--dry-run", "Only say what would be done and what it would cost.");
        var atOnce = Flags.Whole("--at-once", "Cells in the cluster's queues at once (default 2).");
        return new Verb("compare", "Runs an experiment, cell by cell, and writes its report; run again, it goes on where it was.",
            "learngene compare deploy/experiments/fashion-quick.json -o report") { file, output, dryRun, atOnce }.Does(async call =>
        {
            var experiment = ExperimentFile.Read(call.Get(file));
            string directory = call.Get(output) is { Length: > 0 } given ? given : throw new UsageException("compare needs -o DIR: where the report goes.");
            if (call.Get(atOnce) is < 1 or > 64) throw new UsageException($"--at-once {call.Get(atOnce)} is outside 1..64.");
            await using var client = await call.ConnectAsync();
            var hashes = new Dictionary<string, string>();
            foreach (string? data in (string?[])[experiment.Data, experiment.TuneOn])
                if (data is not null) hashes[data] = (await client.Data.GetAsync(data, call.Token)).Hash;
            var plan = new ExperimentPlan(experiment, data => hashes[data]);
            var run = new ExperimentRun(client, plan, Path.GetFullPath(directory));
            var results = await run.RunAsync(call.Get(atOnce) ?? 2, new CompareProgress(call).Show, call.Token);
            call.Answer(new JsonObject { ["cells"] = results.Count }, people => people.WriteLine($"{results.Count} cells"));
            return results.All(r => r.Error is null) ? Exit.Done : Exit.Failed;
        });
    }
}
