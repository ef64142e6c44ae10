using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Measures a model on a data set's test images; a learngene by the largest model that it makes, or by many sizes at once.</summary>
internal static class EvaluateWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<EvaluateSettings>(c.Spec.Settings, "settings");
        var precision = Bf16.Resolve(settings.Precision);
        var data = c.OpenData();
        using var file = c.OpenModel();
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var model = StoredModel.Read(file, c.Device);
        Wire.RequireFit(model.Config.Vit, c.Inputs.Data!, sameClasses: true);
        var preprocess = model.Config.Preprocess ?? data.Preprocess;
        var vit = new Vit(model.Config.Vit, precision);
        var weights = model.Weights();
        var found = Evaluator.Run(images => vit.Forward(images, weights), data.Test, preprocess, c.Run, c.Device, settings.TestImages, c.Run.OnImages);
        var metrics = new Dictionary<string, double> { ["accuracy"] = found.Accuracy, ["loss"] = found.Loss, ["images"] = found.Images };
        if (settings.Sizes.Count > 0)
            foreach (var (name, accuracy) in Grid.Measure(
                c, model.Config, name => model.Parameters[name], [.. settings.Sizes.Select(ModelSize.Parse)], data, preprocess, precision, settings.TestImages))
                metrics[name] = accuracy;
        return new JobOutcome { Metrics = metrics, Parents = c.Parents("model") };
    }
}
