using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Materialises a descendant: stage 2, without training.</summary>
internal static class DescendWork
{
    public static JobOutcome Run(JobContext c)
    {
        using var file = c.OpenModel();
        var source = ModelConfig.Read(file);
        var lets = source.Lets ?? throw new InvalidInputException($"{c.Inputs.Model?.Reference} is a {source.Kind}; descendants are made of a lets.");
        var settings = Json.Parse<DescendSettings>(c.Spec.Settings, "settings").For(lets);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var parameters = ModelFile.ReadLets(file, lets, c.Device);
        var selection = settings.Selection().Choose(lets, name => parameters[name], settings.Width, settings.Rows!);
        var shape = lets.Descendant(settings.Width, settings.Depth!.Value);
        var config = new ModelConfig { Kind = "vit", Vit = shape, Preprocess = source.Preprocess, Lineage = c.Lineage(settings, "learngene") };
        var weights = Expansion.Expand(lets, name => parameters[name], selection);
        var stored = c.Store.Put(stream => ModelFile.WriteVit(stream, config, weights, settings.Type));
        return c.Stored(config, stored, shape.Parameters, settings, "learngene");
    }
}
