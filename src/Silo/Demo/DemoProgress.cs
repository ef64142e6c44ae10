using Learngene.Jobs;
using Spectre.Console;

namespace Learngene.Silo.Demo;

/// <summary>Is told how the demo goes.</summary>
internal interface IDemoProgress
{
    void Plan(double cost);
    void Begin(string what);
    void Step(JobStatus status, double cost);
    void End(string what, JobStatus status, double cost);
    void Row(DemoRow row);
}

/// <summary>A live bar in a terminal; elsewhere a line per finished part.</summary>
internal sealed class DemoProgress(IAnsiConsole console, TimeProvider time) : IDemoProgress
{
    private readonly bool _live = console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi;
    private long _start;
    private double _cost, _done;
    private string _what = "";

    public void Plan(double cost) => (_start, _cost) = (time.GetTimestamp(), cost);

    public void Begin(string what) => _what = what;

    public void Step(JobStatus status, double cost)
    {
        if (!_live || status.Steps == 0 || status.Step == 0) return;
        double part = (double)status.Step / status.Steps;
        string bar = new string('#', (int)(part * 24)).PadRight(24, '.');
        console.Write(new ControlCode($"\r\u001b[2K{_what,-34} {bar} {status.Step}/{status.Steps}  loss {Number(status, "loss"):F4}  {Left(part * cost)}"));
    }

    public void End(string what, JobStatus status, double cost)
    {
        _done += cost;
        if (_live) console.Write(new ControlCode("\r\u001b[2K"));
        Console.WriteLine($"{what,-34} accuracy {Number(status, "accuracy"):P1}  {Left(0)}");
    }

    public void Row(DemoRow row) =>
        Console.WriteLine($"{row.Width + " x " + row.Depth,-34} {row.AccuracyAtInit:P1} as it comes, {row.AccuracyAfter1Epoch:P1} after 1 epoch, {row.ScratchAccuracy:P1} from scratch after {row.ScratchEpochs}");

    private string Left(double more)
    {
        double done = _done + more, seconds = time.GetElapsedTime(_start).TotalSeconds;
        return done <= 0 || done >= _cost ? "" : $"about {TimeSpan.FromSeconds(seconds * (_cost - done) / done):m\\:ss} left";
    }

    private static double Number(JobStatus status, string name) => status.Metrics.GetValueOrDefault(name);
}
