namespace Learngene.Vision.Training;

/// <summary>Where a run is.</summary>
/// <param name="Step">Steps taken.</param><param name="Steps">Steps in all.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="LearningRate">Of the last step.</param>
/// <param name="History">The finished epochs.</param>
public sealed record TrainingProgress(long Step, long Steps, double Loss, double LearningRate, IReadOnlyList<EpochResult> History);

/// <summary>Looks on while something runs, on its thread: may stop it by throwing, and decides when a checkpoint is due.</summary>
public interface ITrainingWatcher
{
    /// <summary>Called between units of work (a training step, a batch evaluated); throws <see cref="OperationCanceledException"/> to stop.</summary>
    void Breathe();

    /// <summary>Called after each step.</summary>
    void OnStep(TrainingProgress progress);

    /// <summary>Whose checkpoints they are: written into them, so that no two owners share a file.</summary>
    string Owner { get; }

    /// <summary>Whether to write a checkpoint now.</summary>
    bool CheckpointDue { get; }

    /// <summary>Stores a checkpoint; <paramref name="write"/> writes its bytes.</summary>
    void OnCheckpoint(long step, Action<Stream> write);
}

/// <summary>Watches nothing.</summary>
public sealed class NoWatcher : ITrainingWatcher
{
    /// <inheritdoc/>
    public string Owner => "";
    /// <inheritdoc/>
    public bool CheckpointDue => false;
    /// <inheritdoc/>
    public void Breathe() { }
    /// <inheritdoc/>
    public void OnStep(TrainingProgress progress) { }
    /// <inheritdoc/>
    public void OnCheckpoint(long step, Action<Stream> write) { }
}
