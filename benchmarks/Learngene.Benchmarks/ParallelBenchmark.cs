using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Learngene.Jobs;
using Learngene.Vision.Data;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Training.Parallel;
using Learngene.Vision.Training;

namespace Learngene.Benchmarks;

/// <summary>
/// Several workers against one at equal samples: accuracy by the rounds in this process, which silos come to too (a test compares the bytes), and time
/// and bytes on two silos of one thread each, on a Redis of their own. PARALLEL_SEEDS and PARALLEL_EPOCHS are 3 and 6; PARALLEL_CASES chooses other
/// cases, such as 2/32/10/1/0.3/0.002 for workers, batch, local steps, outer rate and momentum, and rate (1e-3 where it is not named), with commas between.
/// </summary>
internal static class ParallelBenchmark
{
    private const string Data = "/usr/share/datasets/fashion-mnist";
    private static readonly Case[] s_cases = Environment.GetEnvironmentVariable("PARALLEL_CASES") is { } chosen ? [.. chosen.Split(',').Select(Case.Parse)] :
    [
        new(1, 64, 50, 0.7, 0.9), new(2, 64, 10, 0.7, 0.9), new(2, 32, 10, 0.7, 0.9), new(2, 32, 50, 0.7, 0.9), new(2, 32, 10, 1, 0), new(2, 32, 50, 1, 0), new(4, 16, 10, 1, 0),
        new(2, 32, 1, 1, 0), new(2, 32, 50, 1, 0.5), new(4, 16, 50, 1, 0.5),
    ];

    /// <summary>Accuracy after the same samples.</summary>
    public static Task AccuracyAsync()
    {
        int seeds = Number("PARALLEL_SEEDS", 3), epochs = Number("PARALLEL_EPOCHS", 6);
        using var data = DataSet.Open(Data);
        var reached = s_cases.ToDictionary(c => c, _ => new List<double>());
        for (ulong seed = 1; seed <= (ulong)seeds; seed++)
            foreach (var c in s_cases)
            {
                var options = new TrainingOptions
                {
                    Epochs = epochs, Batch = c.Batch, Images = 12_000, TestImages = 4000, EvaluateEvery = 0, Seed = seed, Workers = c.Workers, LocalSteps = c.LocalSteps,
                    OuterLr = c.OuterLr, OuterMomentum = c.OuterMomentum, Lr = c.Lr,
                };
                reached[c].Add(Train(data, options));
                Console.WriteLine(FormattableString.Invariant($"seed {seed}, {c}: {reached[c][^1]:P1}"));
            }
        foreach (var (c, all) in reached)
            Console.WriteLine(FormattableString.Invariant($"{c}: {100 * all.Average():F1} ({100 * all.Min():F1} to {100 * all.Max():F1})"));
        return Task.CompletedTask;
    }

    /// <summary>Seconds and bytes of the same training on two silos.</summary>
    public static async Task TimeAsync()
    {
        await using var cluster = await BenchCluster.StartAsync(2);
        var client = cluster.Client;
        await client.Data.AddAsync("fashion", Data);
        foreach (var (workers, steps) in ((int, int)[])[(1, 50), (2, 50), (4, 50), (2, 10), (4, 10), (2, 1)])
        {
            var config = new JsonObject
            {
                ["images"] = steps == 1 ? 1_280 : 12_000, ["testImages"] = 500, ["batch"] = 64 / workers, ["evaluateEvery"] = 0, ["workers"] = workers, ["localSteps"] = steps,
            };
            int epochs = steps == 1 ? 1 : 3;
            long start = Stopwatch.GetTimestamp();
            var job = await client.Jobs.TrainAsync($"bench-{workers}-{steps}", "fashion", 48, 4, 7, options: new() { Epochs = epochs, Config = config });
            var done = await client.Jobs.WaitAsync(job.Id);
            double samples = done.Steps * (64 / workers), seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{done.State}: {workers} workers, {steps} local steps: {1e3 * seconds / samples:F2} ms a sample, {seconds:F0} s, {done.Metrics.GetValueOrDefault("bytes") / samples:F0} bytes a sample, {done.Metrics.GetValueOrDefault("rounds"):F0} rounds"));
        }
    }

    private sealed record Case(int Workers, int Batch, int LocalSteps, double OuterLr, double OuterMomentum, double Lr = 1e-3)
    {
        public static Case Parse(string text)
        {
            double[] numbers = [.. text.Split('/').Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
            return new((int)numbers[0], (int)numbers[1], (int)numbers[2], numbers[3], numbers[4], numbers.Length > 5 ? numbers[5] : 1e-3);
        }
    }

    private static double Train(DataSet data, TrainingOptions options)
    {
        var shape = new VitShape { ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = 48, Depth = 4, Heads = 3 };
        MadeTrainer New()
        {
            var parameters = VitInit.Create(shape, options.Seed);
            return new(new(new VitTrainable(shape, parameters, options), data, data.Preprocess, options), parameters);
        }
        if (options.Workers > 1) return SerialRounds.Run(New).State.History[^1].Accuracy!.Value;
        using var one = New();
        return one.Trainer.Run(new NoWatcher())[^1].Accuracy!.Value;
    }

    private static int Number(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int given) ? given : otherwise;
}
