using System.Diagnostics;
using Learngene.Federation;

namespace Learngene.Benchmarks;

/// <summary>
/// How registration and check-in of a federation's clients grow with how many there are: 1,000, 10,000 and 100,000 register as grains, and ten times
/// as many check-ins are made at each size; on one silo and on two. What else is wanted for an extrapolation: processor time, memory, rows and bytes of
/// the storage, and how evenly the grains lie.
/// </summary>
internal static class ScaleBenchmark
{
    private static readonly int[] s_sizes = [1_000, 10_000, 100_000];
    private static readonly int s_atOnce = int.TryParse(Environment.GetEnvironmentVariable("SCALE_AT_ONCE"), out int n) ? n : 128;

    public static async Task RunAsync()
    {
        foreach (int silos in (Environment.GetEnvironmentVariable("SCALE_SILOS") ?? "1,2").Split(',').Select(int.Parse)) await RunAsync(silos);
    }

    private static async Task RunAsync(int silos)
    {
        await using var cluster = await ScaleCluster.StartAsync(silos);
        Console.WriteLine($"-- {silos} silo{(silos > 1 ? "s" : "")} on {cluster.Storage.Clustering}, {s_atOnce} calls at once");
        int registered = 0;
        double memory = Memory(cluster);
        var storage = await cluster.Storage.FiguresAsync();
        var (joins, checks) = (new List<(double N, Load Load)>(), new List<(double N, Load Load)>());
        foreach (int size in s_sizes)
        {
            int first = registered;
            var before = await cluster.Storage.FiguresAsync();
            var join = await Load.RunAsync(cluster, size - first, s_atOnce, i => cluster.Client(first + i).Join(new() { Samples = 100, DataHash = "same" }));
            var after = await cluster.Storage.FiguresAsync();
            registered = size;
            Console.WriteLine(FormattableString.Invariant($"{size,9:N0} registered: {join}; storage {(after.Written - before.Written) / join.Calls:F0} bytes of log and {(after.Cpu - before.Cpu) / join.Calls * 1e6:F0} us each"));
            Console.WriteLine(FormattableString.Invariant(
                $"          memory {(Memory(cluster) - memory) / size:F0} bytes a client ({string.Join(" + ", cluster.Silos.Select(s => $"{s.Memory("VmRSS") / 1e6:F0}"))} MB), storage {(after.Rows - storage.Rows) / (double)size:F2} rows and {(after.Bytes - storage.Bytes) / (double)size:F0} bytes a client; grains {string.Join(" : ", await cluster.BalanceAsync())}"));
            // In an order that visits all of them: the step has no factor in common with their number.
            var check = await Load.RunAsync(cluster, 10 * size, s_atOnce, i => cluster.Client((int)(i * 7_919L % size)).CheckIn(TimeSpan.Zero));
            Console.WriteLine(FormattableString.Invariant($"{10 * size,9:N0} check-ins:  {check}"));
            joins.Add((size - first, join));
            checks.Add((10 * size, check));
        }
        // All check-ins of a federation go through one grain: what that alone does, without the clients' grains before it.
        var federation = cluster.Grains.GetGrain<IFederationGrain>(ScaleCluster.Federation);
        var offers = await Load.RunAsync(cluster, 3 * registered, s_atOnce, i => federation.Offer($"client-{i % registered}", new(0, 100, false), TimeSpan.Zero));
        Console.WriteLine($"federation's grain alone: {offers}");
        // The exponent of time over number, between the two largest: 1 is linear. Registrations are counted from nothing.
        Console.WriteLine(FormattableString.Invariant($"exponents from 10,000 to 100,000: registration {Exponent(joins[2], joins[1]):F2}, check-in {Exponent(checks[2], checks[1]):F2}; processor time {Exponent(joins[2], joins[1], l => l.SiloCpu):F2} and {Exponent(checks[2], checks[1], l => l.SiloCpu):F2}"));
        Report.Line($"scale.{silos}.register", joins[2].Load.Rate, "1/s", "-");
        Report.Line($"scale.{silos}.checkin", checks[2].Load.Rate, "1/s", "-");
    }

    private static double Exponent((double N, Load Load) large, (double N, Load Load) small, Func<Load, double>? what = null) =>
        Math.Log((what ?? (l => l.Seconds))(large.Load) / (what ?? (l => l.Seconds))(small.Load)) / Math.Log(large.N / small.N);

    private static double Memory(ScaleCluster cluster) => cluster.Silos.Sum(s => s.Memory("VmRSS"));
}

/// <summary>Many calls, so many at once, and what they took.</summary>
internal sealed record Load(double Calls, double Seconds, double SiloCpu, double OwnCpu, IReadOnlyList<double> Milliseconds)
{
    public double Rate => Calls / Seconds;

    public static async Task<Load> RunAsync(ScaleCluster cluster, int calls, int atOnce, Func<int, Task> call)
    {
        double[] ms = new double[calls];
        int next = 0;
        double siloCpu = cluster.Silos.Sum(s => s.Cpu), ownCpu = Own;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < calls;)
            {
                long began = Stopwatch.GetTimestamp();
                await call(i);
                ms[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }));
        return new(calls, Stopwatch.GetElapsedTime(start).TotalSeconds, cluster.Silos.Sum(s => s.Cpu) - siloCpu, Own - ownCpu, ms);
    }

    public override string ToString() => FormattableString.Invariant(
        $"{Seconds:F1} s, {Rate:F0}/s; p50 {Report.Quantile(Milliseconds, 0.5):F1} ms, p99 {Report.Quantile(Milliseconds, 0.99):F1}, p99.9 {Report.Quantile(Milliseconds, 0.999):F1}; processor {SiloCpu / Calls * 1e6:F0} us a call in silos, {OwnCpu / Calls * 1e6:F0} in the client");

    private static double Own => SiloProcess.CpuOf(Environment.ProcessId);
}
