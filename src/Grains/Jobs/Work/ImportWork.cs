using System.Text.Json.Nodes;
using Learngene.Vision;
using Learngene.Vision.Files;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Takes a model file in: one of ours as it is, a plain timm checkpoint with the metadata that it lacks.</summary>
internal static class ImportWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<ImportSettings>(c.Spec.Settings, "settings");
        using var file = c.OpenModel();
        bool ours = file.Metadata.ContainsKey("learngene.kind");
        var config = ModelConfig.Read(file, settings.Heads, settings.ImageSize);
        ModelFile.Check(file, config);
        if (!ours) config = config with { Lineage = new JsonObject { ["software"] = JobContext.Software, ["imported"] = c.Spec.File!.Sha256 }.ToJsonString() };
        if (!settings.AllowNonfinite) RequireFinite(file, c.Run);
        var weights = ours ? c.Spec.File! : c.Put(stream => ModelFile.Rewrite(file, config, stream));
        return c.Stored(config, weights, config.Trainable, settings, "file");
    }

    private static void RequireFinite(SafetensorsFile file, JobRun run)
    {
        try
        {
            ModelFile.CheckFinite(file, run.Breathe);
        }
        catch (SafetensorsException e)
        {
            throw new InvalidInputException($"{e.Message.TrimEnd('.')}; --allow-nonfinite takes it all the same.");
        }
    }
}
