using Learngene.Vision;
using Learngene.Vision.Baselines;
using Learngene.Vision.Files;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Learns once, by distilling an ancestry model, what a baseline's models of every size start from.</summary>
internal static class BaselineWork
{
    public static JobOutcome Run(JobContext c)
    {
        var data = c.OpenData();
        var given = Json.Parse<BaselineSettings>(c.Spec.Settings, "settings");
        given = given with { Precision = Bf16.Resolve(given.Precision) };
        using var ancestry = Teaching.Open(c, given.Precision);
        var settings = given.Resolved(ancestry.Config.Vit);
        var baseline = KnownBaselines.SharedBaseline(settings.Baseline);
        var auxiliary = settings.Auxiliary(ancestry.Config.Vit);
        var preprocess = ancestry.Preprocess ?? data.Preprocess;
        var config = baseline.Config(auxiliary, settings) with { Preprocess = preprocess, Lineage = c.Lineage(settings, "ancestry") };
        using var parameters = baseline.Create(config, settings.Seed, c.Device);
        return new Trainer(baseline.Trainable(auxiliary, config, parameters, settings), data, preprocess, settings, ancestry.Teacher).Run(c, history =>
        {
            var weights = c.Put(stream => ModelFile.Write(stream, config, parameters));
            return c.Stored(config, weights, config.Trainable, settings, "ancestry").With(history);
        });
    }
}
