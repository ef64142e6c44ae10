using Learngene.Grains.Compute;
using Learngene.Vision.Data;
using static TorchSharp.torch;

namespace Learngene.Benchmarks;

/// <summary>Four small trainings, two at a time on lanes of one thread, against one after the other on a lane of all cores.</summary>
internal static class SlotsBenchmark
{
    private const int Steps = 15, Batch = 128, Times = 3;
    private static readonly (int Width, int Depth)[] s_models = [(64, 5), (64, 3), (48, 5), (48, 3)];

    public static Task RunAsync()
    {
        using var data = DataSet.Open(Workload.DataPath);
        var seconds = Report.Interleaved(Times, () => Lanes(data, 1, Environment.ProcessorCount), () => Lanes(data, Environment.ProcessorCount, 1));
        double images = s_models.Length * Steps * Batch;
        Console.WriteLine($"1 lane of {Environment.ProcessorCount} threads {Report.Spread([.. seconds[0].Select(s => images / s)], "F0")} images/s");
        Console.WriteLine($"{Environment.ProcessorCount} lanes of 1 thread {Report.Spread([.. seconds[1].Select(s => images / s)], "F0")} images/s");
        var ratios = Report.Ratios(seconds[0], seconds[1]);
        Console.WriteLine($"pairs: {Report.Spread(ratios, "F2")}");
        Report.Line("slots", Report.Median(ratios), "x as many images", "> 1.1");
        return Task.CompletedTask;
    }

    private static void Lanes(DataSet data, int lanes, int threads)
    {
        var all = Enumerable.Range(0, lanes).Select(i => new ComputeLane($"slot {i}", threads, set_num_threads)).ToArray();
        // Each lane takes the next model when it is free, the largest first.
        var next = -1;
        async Task WorkAsync(ComputeLane lane)
        {
            for (int i; (i = Interlocked.Increment(ref next)) < s_models.Length;)
                await lane.RunAsync("train", LanePriority.Training, i, _ =>
                {
                    Workload.Train(data, s_models[i].Width, s_models[i].Depth, Steps, Batch);
                    return true;
                }, default);
        }
        Task.WaitAll([.. all.Select(WorkAsync)]);
        foreach (var lane in all) lane.Dispose();
    }
}
