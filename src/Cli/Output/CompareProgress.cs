using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Output;

/// <summary>A line for each cell that ended, and now and then for the job that goes on.</summary>
internal sealed class CompareProgress(Call call)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(15);
    private readonly Lock _gate = new();
    private long _shown = call.Terminal.Time.GetTimestamp();

    public void Show(ExperimentProgress progress)
    {
        lock (_gate)
        {
            if (progress.Cell is { } cell)
                Note($"{progress.Done}/{progress.Cells}  seed {cell.Seed}  {cell.Method}  {cell.Width}x{cell.Depth}{(cell.Components is { } k ? $", {k} components" : "")}"
                    + $"  {cell.Epochs} epochs: {cell.Error ?? Tables.Percent(cell.Accuracy)}");
            else if (progress.Job is { Ended: false } job && call.Terminal.Time.GetElapsedTime(_shown) > s_pause)
                Note($"{progress.Done}/{progress.Cells}  {JobWatch.Line(job)}");
        }
    }

    private void Note(string line)
    {
        call.Note(line);
        _shown = call.Terminal.Time.GetTimestamp();
    }
}
