using Learngene.Jobs;

namespace Learngene.Grains.Jobs.Work;

/// <summary>From the kind of a job to what is done.</summary>
internal static class JobWork
{
    public static JobOutcome Run(JobContext context) => context.Spec.Kind switch
    {
        JobKind.Train => TrainWork.Run(context),
        JobKind.LearnLets => LetsWork.Run(context),
        JobKind.Finetune => FinetuneWork.Run(context),
        JobKind.Evaluate => EvaluateWork.Run(context),
        JobKind.Import => ImportWork.Run(context),
        JobKind.Descend => DescendWork.Run(context),
        JobKind.AddData => AddDataWork.Run(context),
        JobKind.LearnDecomposition => DecompositionWork.Run(context),
        JobKind.Decompose => DecomposeWork.Run(context),
        JobKind.LearnBaseline => BaselineWork.Run(context),
        JobKind.Initialise => InitialiseWork.Run(context),
        JobKind.TrainShard => Run(ShardPart.Within(context)),
        var kind => throw new ArgumentOutOfRangeException(nameof(context), kind, "unknown kind of job"),
    };

    /// <summary>The word that the command line uses.</summary>
    public static string Name(JobKind kind) => kind switch
    {
        JobKind.LearnLets => "learn-lets",
        JobKind.AddData => "add-data",
        JobKind.LearnDecomposition => "learn-decomposition",
        JobKind.LearnBaseline => "learn-baseline",
        JobKind.TrainShard => "train-shard",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
