using Learngene.Vision;
using Learngene.Vision.Budgets;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Learngene.Edge.Probe;

/// <summary>
/// Times forward passes of many sizes in turns, so that a while in which the machine does something else falls on all of them alike, and
/// fits the latency model to two thirds of them.
/// </summary>
internal sealed class DeviceMeter(int threads, Precision precision, TimeSpan duration, TimeProvider time)
{
    public const int MostThreads = 1024;

    // Sizes are taken up from the cheapest on while a pass of them is a small part of the time, and until this part of it is spent.
    private const double StartShare = 0.3, PassShare = 1.0 / 30;
    private const int FewestSizes = 12;
    // Above this worst error a latency budget deserves a second look at the machine.
    private const double Doubtful = 0.2;
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(2);

    /// <summary>Is told what goes on.</summary>
    public Action<string> Note { get; init; } = _ => { };

    /// <summary>Measures on a thread of its own: libtorch keeps the number of threads per thread.</summary>
    public Task<DeviceProfile> MeasureAsync(CancellationToken token) =>
        Task.Factory.StartNew(() => Measure(token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private DeviceProfile Measure(CancellationToken token)
    {
        set_num_threads(threads);
        var used = Bf16.Resolve(precision);
        if (used != precision) Note("this processor has no bfloat16 products, so fp32 is measured.");
        long start = time.GetTimestamp();
        List<TimedVit> models = [];
        try
        {
            Start(models, used, start, token);
            Take(models, start, token);
            return Fit(models, used);
        }
        finally
        {
            // Dispose scopes are nested: the last first.
            for (int i = models.Count - 1; i >= 0; i--) models[i].Dispose();
        }
    }

    private void Start(List<TimedVit> models, Precision used, long start, CancellationToken token)
    {
        foreach (var size in ProbeSizes.All)
        {
            token.ThrowIfCancellationRequested();
            if (models.Count >= FewestSizes && time.GetElapsedTime(start) > StartShare * duration) break;
            models.Add(new TimedVit(size, used, time));
            models[^1].WarmUp();
            if (models[^1].WarmUp() > PassShare * duration && models.Count >= FewestSizes) break;
        }
        Note($"{models.Count} sizes, {models[0].Size.Shape.Width}x{models[0].Size.Shape.Depth} to {models[^1].Size.Shape.Width}x{models[^1].Size.Shape.Depth}, {threads} threads");
    }

    private void Take(List<TimedVit> models, long start, CancellationToken token)
    {
        var told = TimeSpan.Zero;
        for (int round = 1; round == 1 || time.GetElapsedTime(start) < duration; round++)
        {
            foreach (var model in models)
            {
                token.ThrowIfCancellationRequested();
                model.Visit();
                if (round > 1 && time.GetElapsedTime(start) >= duration) break;
            }
            if (time.GetElapsedTime(start) - told < s_progress) continue;
            told = time.GetElapsedTime(start);
            Note(Invariant($"round {round}, {told.TotalSeconds:F0} of {duration.TotalSeconds:F0} s"));
        }
    }

    private DeviceProfile Fit(List<TimedVit> models, Precision used)
    {
        var all = models.Select(m => (m.Size.HeldOut, Timed: new MeasuredLatency(m.Size.Shape, m.Seconds))).ToList();
        MeasuredLatency[] fitted = [.. all.Where(m => !m.HeldOut).Select(m => m.Timed)], heldOut = [.. all.Where(m => m.HeldOut).Select(m => m.Timed)];
        var coefficients = LatencyFit.Fit(fitted);
        foreach (var (held, m) in all)
            Note(Invariant($"{m.Shape.Width,4}x{m.Shape.Depth,-3}{m.Shape.Tokens,4} tokens {m.Seconds * 1e3,9:F3} ms, fitted {LatencyFit.Predict(coefficients, m.Shape) * 1e3,9:F3} ms{(held ? "  held out" : "")}"));
        var error = LatencyFit.Error(coefficients, heldOut);
        if (error.Max > Doubtful) Note(Invariant($"a size is off by {error.Max:P0}: the machine was busy, or is too uneven; measure again, quieter or with more --seconds."));
        return new DeviceProfile
        {
            Version = DeviceProfile.CurrentVersion, Device = DeviceName.Read(), Cores = Environment.ProcessorCount, Threads = threads, Precision = used,
            Sizes = fitted.Length, Fastest = all.Min(m => m.Timed.Seconds), Slowest = all.Max(m => m.Timed.Seconds),
            Coefficients = coefficients, Error = error,
        }.Validated();
    }
}
