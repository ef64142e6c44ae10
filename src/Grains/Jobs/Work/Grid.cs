using Learngene.Vision.Data;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>What sizes of a learngene reach, as metrics named <c>accuracy/SIZE</c>.</summary>
internal static class Grid
{
    public const string Prefix = "accuracy/";

    /// <summary>Measures sizes of a learngene on the first images of the test split.</summary>
    public static IReadOnlyDictionary<string, double> Measure(
        JobContext c, ModelConfig config, Func<string, Tensor> get, IReadOnlyList<ModelSize> sizes, DataSet data, Preprocess preprocess, Precision precision, int images)
    {
        var found = LearngeneGrid.Measure(config, get, sizes, precision, models =>
            GridEvaluator.Run(models, data.Test, preprocess, c.Run, c.Device, images));
        return found.OrderBy(f => f.Key, StringComparer.Ordinal).ToDictionary(f => Prefix + f.Key, f => f.Value.Accuracy);
    }

    /// <summary>The metrics of a learngene just learnt, with those of a spread of its sizes.</summary>
    public static JobOutcome WithSizes(
        this JobOutcome outcome, JobContext c, ModelConfig config, ParameterSet parameters, DataSet data, Preprocess preprocess, Precision precision, int images)
    {
        if (images == 0) return outcome;
        var measured = Measure(c, config, name => parameters[name], LearngeneGrid.Spread(config), data, preprocess, precision, images);
        return outcome with { Metrics = outcome.Metrics.Concat(measured).ToDictionary() };
    }
}
