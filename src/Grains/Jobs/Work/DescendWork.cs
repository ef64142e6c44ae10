using Learngene.Vision;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Materialises a descendant: stage 2 of LeTs, recomposition of a decomposition; without training.</summary>
internal static class DescendWork
{
    public static JobOutcome Run(JobContext c)
    {
        using var file = c.OpenModel();
        var source = ModelConfig.Read(file);
        var settings = Wire.Descend(source, c.Spec.Settings, c.Inputs.Model?.Reference ?? "the file");
        using var none = no_grad();
        using var scope = NewDisposeScope();
        using var learngene = StoredModel.Read(file, c.Device);
        var (shape, weights) = Make(learngene, settings);
        var config = new ModelConfig { Kind = "vit", Vit = shape, Preprocess = source.Preprocess, Lineage = c.Lineage(settings, "learngene") };
        var stored = c.Put(stream => ModelFile.WriteVit(stream, config, weights, settings.Type));
        return c.Stored(config, stored, shape.Parameters, settings, "learngene");
    }

    private static (VitShape, VitWeights) Make(StoredModel learngene, DescendSettings settings)
    {
        Tensor Get(string name) => learngene.Parameters[name];
        int width = settings.Width!.Value, depth = settings.Depth!.Value;
        if (learngene.Config.Decomposition is { } decomposition)
        {
            var size = new ModelSize(width, depth, settings.Components);
            return (decomposition.Descendant(size), Recomposition.Expand(decomposition, Get, size));
        }
        var lets = learngene.Config.Lets!;
        return (lets.Descendant(width, depth), Expansion.Expand(lets, Get, settings.Selection().Choose(lets, Get, width, settings.Rows!)));
    }
}
