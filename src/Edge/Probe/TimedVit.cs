using Learngene.Vision.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Edge.Probe;

/// <summary>A random model of one size, and how long its forward passes of one image took.</summary>
internal sealed class TimedVit : IDisposable
{
    // What other work on the machine adds is never negative, so the fast passes are nearest to the model's own time.
    private const double Quantile = 0.05;

    private static readonly TimeSpan s_visit = TimeSpan.FromMilliseconds(4), s_long = TimeSpan.FromMilliseconds(3);
    private readonly DisposeScope _scope;
    private readonly Vit _vit;
    private readonly VitWeights _weights;
    private readonly Tensor _image;
    private readonly TimeProvider _time;
    private readonly List<double> _seconds = [];
    private TimeSpan _fastest = TimeSpan.MaxValue;

    public TimedVit(ProbeSize size, Precision precision, TimeProvider time)
    {
        (Size, _time) = (size, time);
        _vit = new(size.Shape, precision);
        _scope = NewDisposeScope();
        var shapes = VitWeights.Specs(size.Shape).ToDictionary(s => s.Name, s => s.Shape);
        using var generator = new Generator(1);
        // No gradients, so these are not the training's parameters; the values matter to no kernel.
        _weights = VitWeights.From(size.Shape, name => empty(shapes[name]).uniform_(-0.05, 0.05, generator));
        _image = empty(1, size.Shape.Channels, size.Shape.ImageSize, size.Shape.ImageSize).uniform_(-1, 1, generator);
    }

    public ProbeSize Size { get; }

    /// <summary>Seconds of one image, so far.</summary>
    public double Seconds
    {
        get
        {
            var sorted = _seconds.Order().ToArray();
            return sorted[(int)(Quantile * (sorted.Length - 1))];
        }
    }

    /// <summary>One pass that does not count.</summary>
    public TimeSpan WarmUp() => Pass();

    /// <summary>Passes for a few milliseconds. The first counts only where it takes as long: the caches forgot a small model while others ran.</summary>
    public void Visit()
    {
        long start = _time.GetTimestamp();
        var pass = Pass();
        if (pass < s_visit) pass = Pass();
        _seconds.Add(pass.TotalSeconds);
        while (_time.GetElapsedTime(start) < s_visit) _seconds.Add(Pass().TotalSeconds);
    }

    public void Dispose() => _scope.Dispose();

    private TimeSpan Pass()
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        double waited = CoreWait.Seconds;
        long start = _time.GetTimestamp();
        _vit.Forward(_image, _weights);
        var elapsed = _time.GetElapsedTime(start);
        waited = Math.Max(0, CoreWait.Seconds - waited);
        if (elapsed < _fastest) _fastest = elapsed;
        // A short pass is often left alone, and a wait between reading the counter and the clock would outweigh it.
        return _fastest >= s_long && waited < elapsed.TotalSeconds ? elapsed - TimeSpan.FromSeconds(waited) : elapsed;
    }
}
