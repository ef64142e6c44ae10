using Learngene.Jobs;
using Learngene.Sdk.Experiments;
using Learngene.Vision;
using Learngene.Vision.Baselines;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Lets;
using Learngene.Vision.Training;

namespace Learngene.Grains.Tests.Jobs;

public sealed class SettingKeysTests
{
    [Theory]
    [InlineData(JobKind.Train, typeof(TrainSettings)), InlineData(JobKind.LearnLets, typeof(LetsSettings)), InlineData(JobKind.LearnDecomposition, typeof(DecompositionSettings))]
    [InlineData(JobKind.Decompose, typeof(DecomposeSettings)), InlineData(JobKind.LearnBaseline, typeof(BaselineSettings)), InlineData(JobKind.Initialise, typeof(InitialiseSettings))]
    [InlineData(JobKind.Finetune, typeof(FinetuneSettings)), InlineData(JobKind.Evaluate, typeof(EvaluateSettings)), InlineData(JobKind.Descend, typeof(DescendSettings))]
    public void Experiments_know_just_the_settings_that_jobs_have(JobKind kind, Type settings) =>
        Assert.Equal(Json.Strict.GetTypeInfo(settings).Properties.Select(p => p.Name).Distinct().Order(StringComparer.Ordinal), SettingKeys.Of(kind).Order(StringComparer.Ordinal));
}
