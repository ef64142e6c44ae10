using System.Globalization;
using Learngene.Vision.Data;

namespace Learngene.Benchmarks;

/// <summary>What libtorch's default spinning costs a training where a core is shared, and what brief spinning costs where it is not.</summary>
internal static class SpinBenchmark
{
    private const int Times = 3, Steps = 6;
    // What libgomp takes by itself; given as a number, since Learngene.Vision sets its own where the variable is unset.
    private const string Default = "300000", Middle = "10000", Brief = "1000";

    public static Task RunAsync()
    {
        var ms = new Dictionary<(string Spin, bool Busy), List<double>>();
        for (int i = 0; i < Times; i++)
            foreach (bool busy in (bool[])[false, true])
                foreach (string spin in (string[])[Default, Middle, Brief])
                {
                    using var neighbour = busy ? new Neighbour() : null;
                    double step = double.Parse(Report.Child("spin:child", ("GOMP_SPINCOUNT", spin)), CultureInfo.InvariantCulture);
                    if (!ms.TryGetValue((spin, busy), out var list)) ms[(spin, busy)] = list = [];
                    list.Add(step);
                }
        foreach (var ((spin, busy), list) in ms)
            Console.WriteLine($"GOMP_SPINCOUNT {spin,-7} {(busy ? "beside a busy thread" : "alone"),-21} {Report.Spread(list)} ms a step");
        double Gain(bool busy) => Report.Median(ms[(Default, busy)]) / Report.Median(ms[(Brief, busy)]);
        Report.Line("spin.alone", Gain(false), "x as fast with 1000", ">= 0.97");
        Report.Line("spin.shared", Gain(true), "x as fast with 1000", "> 2");
        return Task.CompletedTask;
    }

    /// <summary>Trains 64x5 and prints the milliseconds of a step.</summary>
    public static void Child(string[] args)
    {
        using var data = DataSet.Open(Workload.DataPath);
        Workload.OnNicedThread(Environment.ProcessorCount, () =>
        {
            Workload.Train(data, 64, 5, 2);
            double seconds = Report.Seconds(() => Workload.Train(data, 64, 5, Steps));
            Console.WriteLine((seconds / Steps * 1000).ToString("R", CultureInfo.InvariantCulture));
        });
    }

    /// <summary>A thread that wants a core of its own, as nice as a lane's.</summary>
    private sealed class Neighbour : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _stop;

        public Neighbour() => (_thread = new(() =>
        {
            Grains.Compute.Niceness.LowerThisThread();
            while (!_stop) Thread.SpinWait(1000);
        })).Start();

        public void Dispose()
        {
            _stop = true;
            _thread.Join();
        }
    }
}
