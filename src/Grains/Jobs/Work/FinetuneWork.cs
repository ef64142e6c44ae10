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
        using var part = settings.Only == TunedPart.Norms ? Norms(parameters, target.Vit, FreshHead(source.Config.Vit, target.Vit, settings)) : null;
        Tensor Get(string name) => part?.Has(name) == true ? part[name] : parameters[name];
        var preprocess = source.Config.Preprocess ?? data.Preprocess;
        return new Trainer(Trainable(target, part ?? parameters, Get, settings), data, preprocess, settings).Run(c, history =>
        {
            var config = target with { Preprocess = preprocess, Lineage = c.Lineage(settings, "model") };
            var weights = c.Put(stream =>
            {
                if (config.Decomposition is not null) ModelFile.WriteDecomposition(stream, config, Get);
                else ModelFile.WriteVit(stream, config, VitWeights.From(config.Vit, Get));
            });
            return c.Stored(config, weights, config.Trainable, settings, "model").With(history);
        });
    }

    private static ITrainable Trainable(ModelConfig target, ParameterSet trained, Func<string, Tensor> get, FinetuneSettings settings)
    {
        if (target.Decomposition is not { } decomposition) return new VitTrainable(target.Vit, trained, settings, get);
        var together = new DecompositionSettings { Training = DecompositionTraining.Together, DropPath = settings.DropPath, Precision = settings.Precision, Seed = settings.Seed };
        return new ComponentTrainable(decomposition, trained, together);
    }

    // The source's tensors, of a decomposition its first components; the head kept, cut or fresh.
    private static ParameterSet Adapted(StoredModel source, ModelConfig target, FinetuneSettings settings, Device device)
    {
        var parameters = new ParameterSet(target.Decomposition is { } d ? DecompositionParameters.Specs(d) : VitWeights.Specs(target.Vit), device);
        bool fresh = FreshHead(source.Config.Vit, target.Vit, settings);
        if (fresh) VitInit.FillHead(parameters, settings.Seed);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (var spec in parameters.Specs)
            if (!fresh || !spec.Name.StartsWith("head.", StringComparison.Ordinal))
                parameters.Set(spec.Name, source.Parameters[spec.Name].narrow(0, 0, spec.Shape[0]));
        return parameters;
    }

    private static bool FreshHead(VitShape from, VitShape to, FinetuneSettings settings) =>
        settings.Head == HeadRule.Fresh || (settings.Head == HeadRule.Auto && from.Classes != to.Classes);

    // The norms, which alone are trained, and a head that nobody has trained yet; the rest become constants.
    private static ParameterSet Norms(ParameterSet all, VitShape shape, bool withHead)
    {
        bool Trained(string name) => VitWeights.IsNorm(name) || (withHead && name.StartsWith("head.", StringComparison.Ordinal));
        var part = new ParameterSet(VitWeights.Specs(shape).Where(s => Trained(s.Name)), all.Values.device);
        foreach (var spec in part.Specs) part.Set(spec.Name, all[spec.Name]);
        all.Freeze();
        return part;
    }
}
