using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Tunes a model on a data set, with another head where the classes are others.</summary>
internal static class FinetuneWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<FinetuneSettings>(c.Spec.Settings, "settings");
        settings = settings with { Precision = Bf16.Resolve(settings.Precision) };
        var data = c.OpenData();
        using var file = c.OpenModel();
        var source = ModelConfig.Read(file);
        ModelFile.Check(file, source);
        var shape = Wire.Tunable(source, settings, c.Inputs.Data!);
        using var read = ModelFile.ReadVit(file, source.Vit, c.Device);
        using var parameters = WithHead(read, source.Vit, shape, settings, c.Device);
        var preprocess = source.Preprocess ?? data.Preprocess;
        var history = new Trainer(new VitTrainable(shape, parameters, settings), data, preprocess, settings).Run(c);
        var config = new ModelConfig { Kind = "vit", Vit = shape, Preprocess = preprocess, Lineage = c.Lineage(settings, "model") };
        var weights = c.Store.Put(stream => ModelFile.WriteVit(stream, config, VitWeights.From(shape, name => parameters[name])));
        return c.Stored(config, weights, shape.Parameters, settings, "model").With(history);
    }

    private static ParameterSet WithHead(ParameterSet source, VitShape from, VitShape to, FinetuneSettings settings, Device device)
    {
        var parameters = new ParameterSet(VitWeights.Specs(to), device);
        bool fresh = settings.Head == HeadRule.Fresh || (settings.Head == HeadRule.Auto && from.Classes != to.Classes);
        if (fresh) VitInit.FillHead(parameters, settings.Seed);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (var spec in parameters.Specs)
            if (!spec.Name.StartsWith("head.", StringComparison.Ordinal)) parameters.Set(spec.Name, source[spec.Name]);
            else if (!fresh) parameters.Set(spec.Name, source[spec.Name].narrow(0, 0, to.Classes));
        return parameters;
    }
}
