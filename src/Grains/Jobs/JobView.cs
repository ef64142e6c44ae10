using Learngene.Jobs;

namespace Learngene.Grains.Jobs;

/// <summary>A job as others see it: what is written, and over it what the run has reported since.</summary>
internal static class JobView
{
    public static JobStatus Of(string id, JobRecord record, JobSnapshot? live)
    {
        bool running = record.State == JobState.Queued && live is { Started: true };
        long steps = Math.Max(live?.Steps ?? 0, record.Steps);
        if (steps == 0 && record.Spec!.Kind is not (JobKind.Train or JobKind.LearnLets or JobKind.Finetune)) steps = 1;
        return new()
        {
            Id = id, Spec = record.Spec!, State = running ? JobState.Running : record.State, Steps = steps,
            Step = record.Outcome is not null ? steps : live is { Step: > 0 } ? live.Step : record.CheckpointStep,
            Metrics = record.Outcome?.Metrics ?? live?.Metrics ?? new Dictionary<string, double>(),
            History = record.Outcome?.History ?? (live is { Epochs.Count: > 0 } ? Wire.History(live.Epochs) : record.History),
            Result = record.Result, Error = record.Error, InputError = record.InputError, Created = record.Created, CheckpointStep = record.CheckpointStep,
        };
    }
}
