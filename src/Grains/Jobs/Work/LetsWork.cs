using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Learns a LeTs learngene from an ancestry model: stage 1.</summary>
internal static class LetsWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<LetsSettings>(c.Spec.Settings, "settings");
        settings = settings with { Precision = Bf16.Resolve(settings.Precision) };
        var data = c.OpenData();
        using var ancestry = Teaching.Open(c, settings.Precision);
        var shape = settings.Shape(ancestry.Config.Vit);
        var preprocess = ancestry.Preprocess ?? data.Preprocess;
        using var parameters = LetsParameters.Create(shape, settings.Seed, c.Device);
        return new Trainer(new LetsTrainable(shape, parameters, settings), data, preprocess, settings, ancestry.Teacher).Run(c, history =>
        {
            var config = new ModelConfig { Kind = "lets", Vit = shape.Auxiliary, Lets = shape, Preprocess = preprocess, Lineage = c.Lineage(settings, "ancestry") };
            var weights = c.Put(stream => ModelFile.WriteLets(stream, config, parameters));
            return c.Stored(config, weights, shape.Trainable, settings, "ancestry").With(history)
                .WithSizes(c, config, parameters, data, preprocess, settings.Precision, settings.MeasureSizes);
        });
    }
}
