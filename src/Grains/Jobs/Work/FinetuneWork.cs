using Learngene.Vision;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Tunes a model on a data set, with another head where the classes are others; of a decomposition the components, tied by its equation.</summary>
internal static class FinetuneWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<FinetuneSettings>(c.Spec.Settings, "settings");
        settings = settings with { Precision = Bf16.Resolve(settings.Precision) };
        var data = c.OpenData();
        using var file = c.OpenModel();
        using var source = StoredModel.Read(file, c.Device);
        var target = Wire.Tunable(source.Config, settings, c.Inputs.Data!);
        using var parameters = Adapted(source, target, settings, c.Device);
        var preprocess = source.Config.Preprocess ?? data.Preprocess;
        return new Trainer(Trainable(target, parameters, settings), data, preprocess, settings).Run(c, history =>
        {
            var config = target with { Preprocess = preprocess, Lineage = c.Lineage(settings, "model") };
            var weights = c.Put(stream =>
            {
                if (config.Decomposition is not null) ModelFile.WriteDecomposition(stream, config, name => parameters[name]);
                else ModelFile.WriteVit(stream, config, VitWeights.From(config.Vit, name => parameters[name]));
            });
            return c.Stored(config, weights, config.Trainable, settings, "model").With(history);
        });
    }

    private static ITrainable Trainable(ModelConfig target, ParameterSet parameters, FinetuneSettings settings)
    {
        if (target.Decomposition is not { } decomposition) return new VitTrainable(target.Vit, parameters, settings);
        var together = new DecompositionSettings { Training = DecompositionTraining.Together, DropPath = settings.DropPath, Precision = settings.Precision, Seed = settings.Seed };
        return new ComponentTrainable(decomposition, parameters, together);
    }

    // The source's tensors, of a decomposition its first components; the head kept, cut or fresh.
    private static ParameterSet Adapted(StoredModel source, ModelConfig target, FinetuneSettings settings, Device device)
    {
        var (from, to) = (source.Config.Vit.Classes, target.Vit.Classes);
        var parameters = new ParameterSet(target.Decomposition is { } d ? DecompositionParameters.Specs(d) : VitWeights.Specs(target.Vit), device);
        bool fresh = settings.Head == HeadRule.Fresh || (settings.Head == HeadRule.Auto && from != to);
        if (fresh) VitInit.FillHead(parameters, settings.Seed);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (var spec in parameters.Specs)
            if (!fresh || !spec.Name.StartsWith("head.", StringComparison.Ordinal))
                parameters.Set(spec.Name, source.Parameters[spec.Name].narrow(0, 0, spec.Shape[0]));
        return parameters;
    }
}
