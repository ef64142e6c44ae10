namespace Learngene.Vision.Training;

/// <summary>
/// Which worker takes which batch of a run in which round. Batch g of the run, counted over its epochs, is worker g mod N's, so N workers
/// together see what one alone sees; in a round each takes its next H. The rounds that are done are then a beginning of the run, whatever N and H.
/// </summary>
/// <param name="Steps">Batches of the run, all workers' steps together.</param>
/// <param name="StepsPerEpoch">Of them in an epoch.</param>
/// <param name="Workers">N, 1..64.</param>
/// <param name="LocalSteps">H, 1 or more.</param>
public sealed record ShardPlan(long Steps, int StepsPerEpoch, int Workers, int LocalSteps)
{
    /// <summary>More workers than this have no exact average (<see cref="ExactMean"/>).</summary>
    public const int MostWorkers = 64;

    /// <summary>Rounds of the run.</summary>
    public long Rounds => Up(Up(Steps, Workers), LocalSteps);

    /// <summary>The plan of a training on so many images.</summary>
    public static ShardPlan Of(TrainingOptions options, int trainImages)
    {
        int steps = Trainer.StepsOf(options, Trainer.ImagesOf(options, trainImages));
        return new(options.StepsOf(steps), steps, options.Workers, options.LocalSteps);
    }

    /// <summary>A worker's own steps before a round.</summary>
    public long FirstStep(long round) => round * LocalSteps;

    /// <summary>Steps of a worker in a round: H, but fewer in the last, where those that came too late have one less or none.</summary>
    public int StepsIn(long round, int worker) => (int)Math.Clamp(Up(Steps - worker, Workers) - FirstStep(round), 0, LocalSteps);

    /// <summary>Workers with steps in a round: the first so many.</summary>
    public int WorkersIn(long round) => (int)Math.Clamp(Steps - FirstStep(round) * Workers, 0, Workers);

    /// <summary>The batch of the run that is a worker's own step <paramref name="step"/>.</summary>
    public long Batch(long step, int worker) => step * Workers + worker;

    /// <summary>Steps of all workers in the first so many rounds.</summary>
    public long Done(long rounds) => Math.Min(Steps, FirstStep(rounds) * Workers);

    /// <summary>Epochs that are over after so many rounds; a part of one at the run's end counts.</summary>
    public int Epochs(long rounds) => (int)(Done(rounds) == Steps ? Up(Steps, StepsPerEpoch) : Done(rounds) / StepsPerEpoch);

    private static long Up(long a, long b) => (a + b - 1) / b;
}
