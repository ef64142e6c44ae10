using System.Text.Json.Nodes;
using Learngene.Sdk;
using Learngene.Silo.Hosting;
using Learngene.Vision.Data;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;
using JobOptions = Learngene.Sdk.Jobs.TrainingOptions;

namespace Learngene.Benchmarks;

/// <summary>
/// A training step as a <c>train</c> job of a silo against the same steps in a bare loop. Both are differences between a longer and a
/// shorter run, so that neither opening data nor storing the model counts.
/// </summary>
internal static class StepBenchmark
{
    private const int Width = 96, Depth = 8, Patch = 7, Batch = 128, Short = 2, Steps = 40, Times = 9;

    public static async Task RunAsync()
    {
        string directory = Directory.CreateTempSubdirectory("learngene-bench-").FullName;
        await using (var silo = await SiloHost.StartAsync(new() { DataDir = directory, GatewayPort = 0, SiloPort = 0, HttpPort = 0 }, quiet: true, default))
        {
            await using var client = await LearngeneClient.ConnectAsync(silo.Gateway);
            await client.Data.AddAsync("bench/images", Workload.DataPath);
            using var data = DataSet.Open(Workload.DataPath);
            await JobAsync(client, Steps);
            Bare(data, Steps);
            List<double> job = [], bare = [], jobCpu = [], bareCpu = [];
            for (int i = 0; i < Times; i++)
            {
                var (overhead, overheadCpu) = await TakeAsync(() => JobAsync(client, Short));
                var (whole, wholeCpu) = await TakeAsync(() => JobAsync(client, Short + Steps));
                job.Add((whole - overhead) / Steps * 1000);
                jobCpu.Add((wholeCpu - overheadCpu) / Steps * 1000);
                (overhead, overheadCpu) = await TakeAsync(() => Task.Run(() => Bare(data, Short)));
                (whole, wholeCpu) = await TakeAsync(() => Task.Run(() => Bare(data, Short + Steps)));
                bare.Add((whole - overhead) / Steps * 1000);
                bareCpu.Add((wholeCpu - overheadCpu) / Steps * 1000);
            }
            Console.WriteLine($"job  {Report.Spread(job),-24} ms a step, {Report.Spread(jobCpu)} ms of CPU");
            Console.WriteLine($"bare {Report.Spread(bare),-24} ms a step, {Report.Spread(bareCpu)} ms of CPU");
            Console.WriteLine($"pairs, time: {Report.Spread(Report.Ratios(job, bare), "F3")}; CPU: {Report.Spread(Report.Ratios(jobCpu, bareCpu), "F3")}");
            Report.Line("step.time", 100 * (Report.Median(Report.Ratios(job, bare)) - 1), "% more than bare", "<= 3", "F1");
            Report.Line("step.cpu", 100 * (Report.Median(Report.Ratios(jobCpu, bareCpu)) - 1), "% more than bare", "<= 3", "F1");
        }
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<(double Seconds, double Cpu)> TakeAsync(Func<Task> run)
    {
        var (start, cpu) = (System.Diagnostics.Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await run();
        return (System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static async Task JobAsync(LearngeneClient client, int steps)
    {
        var options = new JobOptions { Epochs = 1, Batch = Batch, Config = new JsonObject { ["images"] = steps * Batch, ["testImages"] = 1 } };
        var job = await client.Jobs.TrainAsync("bench/step", "bench/images", Width, Depth, Patch, null, options);
        await client.Jobs.WaitAsync(job.Id);
    }

    // What one would write without the project: no trainer, no lane, no watcher, no checkpoints.
    private static void Bare(DataSet data, int steps) => Workload.OnNicedThread(Environment.ProcessorCount, () =>
    {
        var options = new TrainingOptions();
        var shape = Workload.Shape(Width, Depth, Patch);
        using var parameters = VitInit.Create(shape, 1);
        using var optimiser = new AdamW(parameters, options);
        var (vit, weights) = (new Vit(shape), VitWeights.From(shape, name => parameters[name]));
        using var loader = new BatchLoader(new()
        {
            Set = data.Train, Preprocess = data.Preprocess, Augment = options.Augment(), BatchSize = Batch, Seed = 1, Shuffle = true, DropLast = true, Take = steps * Batch,
        });
        foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            var loss = nn.functional.cross_entropy(vit.Forward(tensor(batch.Pixels, batch.Count, 1, 28, 28), weights), tensor(batch.Labels));
            loss.backward();
            optimiser.Step(batch.Number, options.Lr);
            loss.item<float>();
        }
    });
}
