using Learngene.Vision;
using Learngene.Vision.Baselines;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Gives a ViT of one size the initial weights of a baseline, after the few steps of training that some of them need.</summary>
internal static class InitialiseWork
{
    public static JobOutcome Run(JobContext c)
    {
        var settings = Json.Parse<InitialiseSettings>(c.Spec.Settings, "settings");
        settings = settings with { Precision = Bf16.Resolve(settings.Precision) };
        using var file = c.OpenModel();
        using var source = StoredModel.Read(file, c.Device);
        var method = KnownBaselines.Initialisation(settings.Baseline);
        var target = method.Target(source.Config, settings);
        settings = settings.Resolved(target);
        Tensor Get(string name) => source.Parameters[name].detach();
        using var learnt = method.Create(source.Config, Get, target, settings.Seed, c.Device);
        VitWeights Weights() => method.Weights(source.Config, Get, target, learnt);
        var data = c.Inputs.Data is null ? null : c.OpenData();
        var preprocess = source.Config.Preprocess ?? data?.Preprocess;
        return learnt is null
            ? Finish(null)
            : new Trainer(new GeneratedVit(target, learnt, settings, Weights), data!, preprocess!, settings).Run(c, Finish);

        JobOutcome Finish(IReadOnlyList<EpochResult>? history)
        {
            using var none = no_grad();
            using var scope = NewDisposeScope();
            var config = new ModelConfig { Kind = "vit", Vit = target, Preprocess = preprocess, Lineage = c.Lineage(settings, "source") };
            var weights = c.Put(stream => ModelFile.WriteVit(stream, config, Weights()));
            var outcome = c.Stored(config, weights, target.Parameters, settings, "source");
            return history is null ? outcome : outcome.With(history);
        }
    }
}
