using Learngene.Vision;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Decomposes a trained model in closed form; where a data set is given, distils the model into the components for a little.</summary>
internal static class DecomposeWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<DecomposeSettings>(c.Spec.Settings, "settings");
        settings = settings with { Precision = Bf16.Resolve(settings.Precision) };
        using var file = c.OpenModel();
        var source = ModelConfig.Read(file);
        using var model = ModelFile.ReadVit(file, source.Vit, c.Device);
        var (shape, parameters, report) = LeastSquares.Decompose(source.Vit, name => model[name], settings, c.Run.Breathe);
        using var _ = parameters;
        var data = c.Inputs.Data is null ? null : c.OpenData();
        if (data is null) return Finish(null);
        using var teacher = new Teacher(source.Vit, model, settings.Precision);
        return new Trainer(new ComponentTrainable(shape, parameters, settings.Sampling()), data, source.Preprocess ?? data.Preprocess, settings, teacher).Run(c, Finish);

        JobOutcome Finish(IReadOnlyList<EpochResult>? history)
        {
            var config = new ModelConfig
            {
                Kind = "decomposition", Vit = shape.Vit, Decomposition = shape, Preprocess = source.Preprocess ?? data?.Preprocess, Lineage = c.Lineage(settings, "model"),
            };
            var weights = c.Put(stream => ModelFile.WriteDecomposition(stream, config, name => parameters[name]));
            var outcome = c.Stored(config, weights, shape.Trainable, settings, "model");
            if (history is not null) outcome = outcome.With(history);
            outcome = outcome with { Metrics = outcome.Metrics.Concat(Metrics(report)).ToDictionary() };
            return data is null ? outcome : outcome.WithSizes(c, config, parameters, data, config.Preprocess!, settings.Precision, settings.MeasureSizes);
        }
    }

    private static Dictionary<string, double> Metrics(DecompositionReport report)
    {
        var metrics = new Dictionary<string, double>
        {
            ["residual"] = report.Residual, ["conditionNumber"] = report.ConditionNumber, ["roundingError"] = report.RoundingError,
        };
        for (int l = 0; l < report.Residuals.Count; l++) metrics[$"residual/{l}"] = report.Residuals[l];
        return metrics;
    }
}
