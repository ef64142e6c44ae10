using Learngene.Learngenes;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs.Work;

/// <summary>Learns the components of a decomposition; each phase is a version whose parent is the phase before.</summary>
internal static class DecompositionWork
{
    public static JobOutcome Run(JobContext c)
    {
        var data = c.OpenData();
        var given = Json.Parse<DecompositionSettings>(c.Spec.Settings, "settings");
        given = given with { Precision = Bf16.Resolve(given.Precision) };
        using var ancestry = c.Inputs.Model is null ? null : Teaching.Open(c, given.Precision);
        var settings = given.Resolved(ancestry?.Config.Vit);
        var shape = ancestry is null ? settings.Shape(data.Geometry.Height, data.Geometry.Channels, data.Classes) : settings.Shape(ancestry.Config.Vit);
        var preprocess = ancestry?.Preprocess ?? data.Preprocess;
        using var parameters = DecompositionParameters.Create(shape, settings.Seed, c.Device);
        var training = new ComponentTraining(shape, parameters, data, preprocess, settings, ancestry?.Teacher);
        if (training.InOne is { } trainer)
            return trainer.Run(c, epochs => Store(c, settings, shape, parameters, preprocess, 0, null).With(epochs)
                .WithSizes(c, Config(shape, preprocess), parameters, data, preprocess, settings.Precision, settings.MeasureSizes));
        using var checkpoint = c.OpenCheckpoint();
        JobOutcome? last = null;
        var history = training.Run(c.Run, checkpoint, (phase, complete, tensors) =>
        {
            var before = phase == 0 ? null : last?.Weights ?? c.Record.Phases[phase - 1]; // recorded before any checkpoint of this phase
            last = Store(c, settings, complete, tensors, preprocess, training.Phases > 1 ? phase + 1 : 0, before);
            if (phase + 1 < training.Phases) c.Run.OnPhase(last);
        });
        return last!.With(history).WithSizes(c, Config(shape, preprocess), parameters, data, preprocess, settings.Precision, settings.MeasureSizes);
    }

    private static JobOutcome Store(JobContext c, DecompositionSettings settings, DecompositionShape shape, ParameterSet tensors, Preprocess preprocess, int phase, WeightRef? before)
    {
        var parents = before is null ? c.Parents("ancestry") : [.. c.Parents("ancestry"), new Parent("phase", null, before.Sha256)];
        // A phase is determined by the phases up to it, so equal beginnings give equal files whatever follows them.
        var upTo = phase == 0 ? settings : settings with { Components = [.. settings.Components!.Take(phase)] };
        var config = Config(shape, preprocess) with { Lineage = c.Lineage(upTo, "ancestry", parents) };
        var weights = c.Put(stream => ModelFile.WriteDecomposition(stream, config, name => tensors[name]));
        return c.Stored(config, weights, shape.Trainable, upTo, "ancestry") with { Phase = phase, Parents = parents };
    }

    private static ModelConfig Config(DecompositionShape shape, Preprocess preprocess) => new() { Kind = "decomposition", Vit = shape.Vit, Decomposition = shape, Preprocess = preprocess };
}
