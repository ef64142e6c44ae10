using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Tests.Training;
using Learngene.Vision.Training;
using TorchSharp;

namespace Learngene.Vision.Tests.Decomposition;

/// <summary>
/// Learns components of an 8 x 4 ViT on noise, 5 steps an epoch, everything random on; with widths, components of 8 channels for ViTs of 4, 8 and 12.
/// </summary>
internal sealed class ComponentRun : IDisposable
{
    private readonly SmallRun _run = new();
    private readonly TempFolder _folder = new();
    private readonly VitShape _ancestry;

    public ComponentRun(DecompositionTraining training, bool widths = false)
    {
        var ancestry = new VitShape { ImageSize = 12, PatchSize = 4, Channels = 1, Classes = 4, Width = 8, Depth = 4, Heads = 2 };
        Settings = new DecompositionSettings
        {
            Training = training, Components = [1, 3, 4], Epochs = 2, Batch = 16, Lr = 2e-3, WarmupEpochs = 1, DropPath = 0.3, LabelSmoothing = 0.1, Clip = 1,
            CropPadding = 2, RandomErasing = 0.25, Mixup = 0.8, Cutmix = 1, Seed = 5,
            Width = widths ? 12 : null, Heads = widths ? 3 : null, ComponentWidth = widths ? 8 : null, MinWidth = widths && training == DecompositionTraining.Sampled ? 4 : null,
        }.Resolved(ancestry);
        Shape = Settings.Shape(ancestry);
        _ancestry = ancestry;
        Ancestry = DecompositionSample.Model(ancestry, 9);
    }

    public DecompositionSettings Settings { get; init; }

    public DecompositionShape Shape { get; }

    public ParameterSet Ancestry { get; }

    public (byte[] Values, IReadOnlyList<EpochResult> History) Train(
        ITrainingWatcher watcher, byte[]? checkpoint = null, ulong initial = 1, Action<int, DecompositionShape, ParameterSet>? onPhase = null, ParameterSet? into = null)
    {
        using var parameters = into is null ? DecompositionParameters.Create(Shape, initial) : null;
        using var teacher = new Teacher(_ancestry, Ancestry);
        if (checkpoint is not null) File.WriteAllBytes(_folder["checkpoint"], checkpoint);
        using var file = checkpoint is null ? null : SafetensorsFile.Open(_folder["checkpoint"]);
        var training = new ComponentTraining(Shape, into ?? parameters!, _run.Data, _run.Data.Preprocess, Settings, teacher);
        var history = training.Run(watcher, file, onPhase);
        return ((into ?? parameters!).Values.bytes.ToArray(), history);
    }

    public void Dispose()
    {
        Ancestry.Dispose();
        _folder.Dispose();
        _run.Dispose();
    }
}
