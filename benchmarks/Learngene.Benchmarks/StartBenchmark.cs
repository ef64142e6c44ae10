using System.Diagnostics;

namespace Learngene.Benchmarks;

/// <summary>From the start of a silo's process on an empty directory to the first grain call answered, the client's own start included.</summary>
internal static class StartBenchmark
{
    private const int Times = 5;

    public static async Task RunAsync()
    {
        var seconds = new List<double>();
        for (int i = 0; i < Times + 1; i++)
        {
            await using var silo = new SiloProcess();
            await using var client = await silo.ConnectAsync();
            await client.StatusAsync();
            if (i > 0) seconds.Add(Stopwatch.GetElapsedTime(silo.Started).TotalSeconds); // the first brings the files into the cache
        }
        Console.WriteLine($"start {Report.Spread(seconds, "F2")} s, slowest {seconds.Max():F2} s");
        Report.Line("start", Report.Median(seconds), "s", "< 3");
    }
}
