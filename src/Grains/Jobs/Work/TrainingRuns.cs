using Learngene.Jobs;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>What all trainings share.</summary>
internal static class TrainingRuns
{
    /// <summary>Trains under the eyes of the job's run, from its checkpoint.</summary>
    public static IReadOnlyList<EpochResult> Run(this Trainer trainer, JobContext c)
    {
        using var checkpoint = c.OpenCheckpoint();
        return trainer.Run(c.Run, checkpoint);
    }

    /// <summary>Adds what the epochs gave.</summary>
    public static JobOutcome With(this JobOutcome outcome, IReadOnlyList<EpochResult> history) => outcome with
    {
        History = Wire.History(history),
        Metrics = new Dictionary<string, double>
        {
            ["loss"] = history[^1].Loss, ["accuracy"] = history[^1].Accuracy ?? 0, ["epochs"] = history.Count, ["parameters"] = outcome.Parameters,
        },
    };
}
