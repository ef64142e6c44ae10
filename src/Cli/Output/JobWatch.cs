using Learngene.Jobs;
using Learngene.Sdk;
using Spectre.Console;

namespace Learngene.Cli.Output;

/// <summary>Follows a job until it ends: a bar where there is a terminal, else a line now and then.</summary>
internal sealed class JobWatch(Call call, LearngeneClient client)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>The job as it ended. Interrupted, it says that the job goes on.</summary>
    public async Task<JobStatus> FollowAsync(string id)
    {
        try
        {
            return call switch
            {
                { Quiet: true } => await FollowAsync(id, _ => { }),
                { Terminal.ErrorIsTerminal: true } => await WithBarAsync(id),
                _ => await FollowAsync(id, new Lines(call).Show),
            };
        }
        catch (OperationCanceledException) when (call.Token.IsCancellationRequested)
        {
            call.Terminal.Error.WriteLine($"job {id} goes on; cancel it with: learngene jobs cancel {id}");
            throw;
        }
    }

    /// <summary>Where a job is, in one line.</summary>
    public static string Line(JobStatus job)
    {
        List<string> parts = [Documents.State(job.State)];
        if (job.Steps > 1) parts.Add(FormattableString.Invariant($"step {job.Step}/{job.Steps}"));
        if (job.Metrics.TryGetValue("loss", out double loss)) parts.Add(FormattableString.Invariant($"loss {loss:F4}"));
        if (job.Metrics.TryGetValue("accuracy", out double accuracy)) parts.Add($"accuracy {Tables.Percent(accuracy)}");
        if (!job.Ended && job.Metrics.TryGetValue("secondsLeft", out double left)) parts.Add($"{Duration(left)} left");
        if (!job.Ended && job.Waiting is { } waiting) parts.Add(waiting);
        return $"{job.Id}  {string.Join("  ", parts)}";
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 90 => FormattableString.Invariant($"{seconds:F0} s"),
        < 5400 => FormattableString.Invariant($"{seconds / 60:F0} min"),
        _ => FormattableString.Invariant($"{seconds / 3600:F1} h"),
    };

    private async Task<JobStatus> FollowAsync(string id, Action<JobStatus> show)
    {
        JobStatus? last = null;
        await foreach (var status in client.Jobs.WatchAsync(id, call.Token)) show(last = status);
        return last!;
    }

    private async Task<JobStatus> WithBarAsync(string id)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(call.Terminal.Error) });
        return await console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async progress =>
            {
                var bar = progress.AddTask(Markup.Escape(id));
                return await FollowAsync(id, job =>
                {
                    bar.MaxValue = Math.Max(1, job.Steps);
                    bar.Value = job.Step;
                    bar.Description = Markup.Escape(Line(job));
                });
            });
    }

    // A line when an epoch or the state is new, and otherwise every few seconds.
    private sealed class Lines(Call call)
    {
        private JobState? _state;
        private string? _waiting;
        private int _epochs;
        private long _shown;

        public void Show(JobStatus job)
        {
            var time = call.Terminal.Time;
            bool changed = job.State != _state || job.History.Count != _epochs || job.Waiting != _waiting;
            if (!changed && time.GetElapsedTime(_shown) < s_pause) return;
            (_state, _epochs, _waiting, _shown) = (job.State, job.History.Count, job.Waiting, time.GetTimestamp());
            call.Terminal.Error.WriteLine(Line(job));
        }
    }
}
