using Learngene.Jobs;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>What all trainings share.</summary>
internal static class TrainingRuns
{
    /// <summary>Trains under the eyes of the job's run, from its checkpoint; or does the part of it that this work is.</summary>
    /// <param name="trainer">Has the model.</param><param name="c">Says what part, and where things are.</param>
    /// <param name="store">Called where the training comes to its end: what becomes of the model, given its epochs.</param>
    public static JobOutcome Run(this Trainer trainer, JobContext c, Func<IReadOnlyList<EpochResult>, JobOutcome> store)
    {
        if (c.Part is { } part) return part.Run(c, trainer, store);
        using var checkpoint = c.OpenCheckpoint();
        return store(trainer.Run(c.Run, checkpoint));
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
