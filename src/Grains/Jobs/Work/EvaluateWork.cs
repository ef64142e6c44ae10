using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Measures a model on a data set's test images; a learngene by its auxiliary model.</summary>
internal static class EvaluateWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<EvaluateSettings>(c.Spec.Settings, "settings");
        var data = c.OpenData();
        using var file = c.OpenModel();
        var config = ModelConfig.Read(file);
        ModelFile.Check(file, config);
        Wire.RequireFit(config.Vit, c.Inputs.Data!, sameClasses: true);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var parameters = config.Lets is null ? ModelFile.ReadVit(file, config.Vit, c.Device) : ModelFile.ReadLets(file, config.Lets, c.Device);
        var weights = config.Lets is { } lets
            ? Expansion.Expand(lets, name => parameters[name], Selection.Continuous(lets, lets.Auxiliary.Width, DepthList.For(lets.Rows, lets.Auxiliary.Depth)))
            : VitWeights.From(config.Vit, name => parameters[name]);
        var vit = new Vit(config.Vit, Bf16.Resolve(settings.Precision));
        var found = Evaluator.Run(images => vit.Forward(images, weights), data.Test, config.Preprocess ?? data.Preprocess, c.Run, c.Device, settings.TestImages, c.Run.OnImages);
        return new JobOutcome
        {
            Metrics = new Dictionary<string, double> { ["accuracy"] = found.Accuracy, ["loss"] = found.Loss, ["images"] = found.Images },
            Parents = c.Parents("model"),
        };
    }
}
