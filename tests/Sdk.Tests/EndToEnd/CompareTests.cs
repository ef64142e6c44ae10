using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary>A comparison that is killed goes on where it was and ends with the same results.</summary>
[Collection(SiloCollection.Name)]
public sealed partial class CompareTests(SiloFixture silo)
{
    private const int Limit = 300_000, Kills = 5, Interrupt = 2;

    private const string Experiment = """
        { "name": "NAME", "data": "fashion-mnist", "patch": 7, "headDim": 8, "seeds": [SEED], "sizes": ["16x2", "16x3"], "epochs": [0, 1],
          "ancestry": { "width": 16, "depth": 2, "epochs": 1 }, "settings": { "images": 256, "testImages": 100, "batch": 64 },
          "methods": [
            { "kind": "lets", "settings": { "learngeneWidth": 8, "learngeneDepth": 2, "width": 16, "depth": 4, "epochs": 2 } },
            { "kind": "decomposition", "components": [1, 2], "settings": { "depth": 3, "components": [1, 2], "training": "phases", "epochs": 1 } },
            { "kind": "distillation", "epochs": [1] } ] }
        """;

    [Fact(Timeout = Limit)]
    public async Task A_comparison_killed_five_times_ends_with_the_results_of_one_that_was_not()
    {
        await WriteAsync("plain.json", 11);
        await WriteAsync("killed.json", 12); // other jobs, so that nothing is there already
        var answer = (await silo.RunAsync("compare plain.json -o plain")).Done();
        int cells = answer.GetProperty("cells").GetInt32();
        Assert.Equal((4 + 8 + 2, 0), (cells, answer.GetProperty("failed").GetInt32()));
        for (int kill = 1; kill <= Kills; kill++) await KillAfterAsync("killed.json", "killed", cells * kill / (Kills + 2));
        Assert.InRange(Directory.GetFiles(silo.Path("killed/cells"), "*.json").Length, Kills - 1, cells - 1);
        (await silo.RunAsync("compare killed.json -o killed")).Done();

        // The same experiment from nothing, on the same seed: what was killed gives the same.
        await WriteAsync("again.json", 12, ", \"clip\": 0"); // the default, written out: other jobs, the same work
        (await silo.RunAsync("compare again.json -o again")).Done();
        Assert.Equal(Numbers("again"), Numbers("killed"));
        Assert.NotEqual(Numbers("plain"), Numbers("killed"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_second_run_repeats_nothing()
    {
        await WriteAsync("twice.json", 11);
        (await silo.RunAsync("compare twice.json -o twice")).Done();
        int jobs = (await silo.RunAsync("jobs list")).Done().GetProperty("jobs").GetArrayLength();
        var clock = Stopwatch.StartNew();
        (await silo.RunAsync("compare twice.json -o twice")).Done();
        Assert.Equal(jobs, (await silo.RunAsync("jobs list")).Done().GetProperty("jobs").GetArrayLength());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60));
    }

    [Fact(Timeout = Limit)]
    public async Task An_interrupted_comparison_says_what_goes_on()
    {
        await WriteAsync("interrupted.json", 13);
        using var process = silo.Start("compare interrupted.json -o interrupted");
        Assert.NotNull(await process.StandardError.ReadLineAsync()); // the first cell
        Assert.Equal(0, Kill(process.Id, Interrupt));
        var ran = await Programs.EndOfAsync(process);
        Assert.Equal((130, ""), (ran.Code, ran.Output));
        Assert.Contains("run the command again", ran.Error);
    }

    [Fact(Timeout = Limit)]
    public async Task What_cannot_be_compared_is_refused_before_anything_is_done()
    {
        await File.WriteAllTextAsync(silo.Path("typo.json"), Experiment.Replace("SEED", "1").Replace("\"sizes\"", "\"size\""));
        (await silo.RunAsync("compare typo.json -o typo")).Refused(2, "'size'", "'sizes'");
        (await silo.RunAsync("compare gone.json -o gone")).Refused(2, "gone.json", "no file");
        await WriteAsync("nowhere.json", 1);
        (await silo.RunAsync("compare nowhere.json")).Refused(2, "-o DIR");
    }

    private Task WriteAsync(string name, int seed, string more = "") =>
        File.WriteAllTextAsync(silo.Path(name), Experiment.Replace("SEED", $"{seed}").Replace("\"batch\": 64", "\"batch\": 64" + more));

    private async Task KillAfterAsync(string file, string directory, int cells)
    {
        using var process = silo.Start($"compare {file} -o {directory}");
        _ = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is { } line)
            if (Directory.Exists(silo.Path($"{directory}/cells")) && Directory.GetFiles(silo.Path($"{directory}/cells"), "*.json").Length >= Math.Max(1, cells)) break;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    // What the cells found, without what depends on when and where.
    private string[] Numbers(string directory) =>
        [.. Directory.GetFiles(silo.Path($"{directory}/cells"), "*.json").Select(f =>
        {
            var cell = JsonNode.Parse(File.ReadAllText(f))!.AsObject();
            return string.Join(' ', ((string[])["kind", "width", "depth", "components", "epochs", "parameters", "flops", "accuracy", "loss", "history"]).Select(k => $"{k}={cell[k]?.ToJsonString()}"));
        }).Order(StringComparer.Ordinal)];

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
