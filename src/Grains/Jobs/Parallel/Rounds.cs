using Learngene.Jobs;
using Learngene.Vision;
using Learngene.Vision.Baselines;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs;

/// <summary>Whether a job is a training of several workers, and in what rounds.</summary>
internal static class Rounds
{
    /// <summary>The rounds of the training; null where a job is done in one, on one device.</summary>
    public static ShardPlan? Of(JobRecord record)
    {
        if (record.Inputs.Data is not { } data) return null;
        try
        {
            return Options(record.Spec!.Kind, record.Spec.Settings) is { Workers: > 1 } options ? ShardPlan.Of(options, data.TrainImages) : null;
        }
        catch (InvalidInputException)
        {
            return null; // of a version that knew other settings; the work says so
        }
    }

    /// <summary>The id of the job that is a worker's round.</summary>
    public static string Shard(string job, long round, int worker) => $"{job}.r{round}.w{worker}";

    private static TrainingOptions? Options(JobKind kind, string settings) => kind switch
    {
        JobKind.Train => Json.Parse<TrainSettings>(settings, "settings"),
        JobKind.LearnLets => Json.Parse<LetsSettings>(settings, "settings"),
        JobKind.LearnDecomposition => Json.Parse<DecompositionSettings>(settings, "settings"),
        JobKind.Decompose => Json.Parse<DecomposeSettings>(settings, "settings"),
        JobKind.LearnBaseline => Json.Parse<BaselineSettings>(settings, "settings"),
        JobKind.Finetune => Json.Parse<FinetuneSettings>(settings, "settings"),
        _ => null,
    };
}
