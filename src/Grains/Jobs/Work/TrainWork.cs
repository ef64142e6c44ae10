using Learngene.Grains.Weights;
using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Trains a ViT from random weights: from labels, or distilled from a teacher.</summary>
internal static class TrainWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<TrainSettings>(c.Spec.Settings, "settings");
        settings = settings with { Precision = Bf16.Resolve(settings.Precision) };
        var data = c.OpenData();
        var shape = settings.Shape(data.Geometry.Height, data.Geometry.Channels, data.Classes);
        using var teacher = c.Inputs.Model is null ? null : Teaching.Open(c, settings.Precision);
        var preprocess = teacher?.Preprocess ?? data.Preprocess;
        using var parameters = VitInit.Create(shape, settings.Seed, c.Device);
        return new Trainer(new VitTrainable(shape, parameters, settings), data, preprocess, settings, teacher?.Teacher).Run(c, history =>
        {
            var config = new ModelConfig { Kind = "vit", Vit = shape, Preprocess = preprocess, Lineage = c.Lineage(settings, "teacher") };
            var weights = c.Put(stream => ModelFile.WriteVit(stream, config, VitWeights.From(shape, name => parameters[name])));
            return c.Stored(config, weights, shape.Parameters, settings, "teacher").With(history);
        });
    }
}
