using Learngene.Vision.Data;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Tests.Training.Parallel;
using Learngene.Vision.Training;
using TorchSharp;

namespace Learngene.Vision.Tests.Training;

/// <summary>A data set of noise, and runs over it small enough to repeat: 12 x 12 pixels, 4 classes, 5 steps an epoch.</summary>
internal sealed class SmallRun : IDisposable
{
    private readonly TempFolder _folder = new();

    public SmallRun()
    {
        Samples.WriteIdx(_folder, Samples.Idx(train: 90, test: 20, height: 12, width: 12));
        Data = DataSet.Open(_folder.Path);
    }

    public DataSet Data { get; }

    /// <summary>Of the matrices of LeTs.</summary>
    public int? Rank { get; init; }

    /// <summary>Everything that is random is on.</summary>
    public static TrainingOptions Options { get; } = With(new TrainingOptions());

    public static LetsSettings LetsOptions { get; } = With(new LetsSettings());

    /// <summary>Trains a plain ViT, or the sampled stage 1 of LeTs with a teacher.</summary>
    public (byte[] Values, IReadOnlyList<EpochResult> History) Train(
        bool lets, ITrainingWatcher watcher, byte[]? checkpoint = null, TrainingOptions? options = null, ulong initial = 1)
    {
        using var made = New(lets, options ?? (lets ? LetsOptions : Options), initial);
        if (checkpoint is not null) File.WriteAllBytes(_folder["checkpoint"], checkpoint);
        using var file = checkpoint is null ? null : SafetensorsFile.Open(_folder["checkpoint"]);
        var history = made.Trainer.Run(watcher, file);
        return (made.Values, history);
    }

    /// <summary>A model to train, and what trains it.</summary>
    public MadeTrainer New(bool lets, TrainingOptions settings, ulong initial = 1)
    {
        var shape = Shape(16, 2);
        var letsShape = new LetsShape { Learngene = Shape(8, 2), Auxiliary = Shape(16, 4), Rank = Rank };
        var parameters = lets ? LetsParameters.Create(letsShape, initial) : VitInit.Create(shape, initial);
        var teacherParameters = VitInit.Create(shape, 9);
        LetsSample.AddNoise(teacherParameters, 9, 0.2);
        var teacher = new Teacher(shape, teacherParameters);
        ITrainable model = lets ? new LetsTrainable(letsShape, parameters, (LetsSettings)settings) : new VitTrainable(shape, parameters, settings);
        return new(new(model, Data, Data.Preprocess, settings, lets ? teacher : null), parameters, teacher, teacherParameters);
    }

    public void Dispose()
    {
        Data.Dispose();
        _folder.Dispose();
    }

    private static VitShape Shape(int width, int depth) => new()
    {
        ImageSize = 12, PatchSize = 4, Channels = 1, Classes = 4, Width = width, Depth = depth, Heads = width / 4,
    };

    private static T With<T>(T options) where T : TrainingOptions => options with
    {
        Epochs = 3, Batch = 16, Lr = 2e-3, WarmupEpochs = 1, DropPath = 0.3, LabelSmoothing = 0.1, Clip = 1, DistillationAlpha = 0.7, Temperature = 2,
        Flip = true, CropPadding = 2, RandomErasing = 0.25, Mixup = 0.8, Cutmix = 1, RandAugmentOps = 2, ColorJitter = 0.4, Seed = 5,
    };
}

/// <summary>Keeps the checkpoint of one step and stops the run a little later, as a process that is killed would.</summary>
internal sealed class Killer(long checkpointAt, long killAt) : ITrainingWatcher
{
    private long _step;

    public byte[]? Checkpoint { get; private set; }

    public string Owner => "test";

    public bool CheckpointDue => _step == checkpointAt;

    public void Breathe()
    {
        if (_step == killAt) throw new OperationCanceledException();
    }

    public void OnStep(TrainingProgress progress) => _step = progress.Step;

    public void OnCheckpoint(long step, Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        Checkpoint = stream.ToArray();
    }
}

/// <summary>Calls back after each step.</summary>
internal sealed class StepWatcher(Action<TrainingProgress> onStep) : ITrainingWatcher
{
    public string Owner => "";

    public bool CheckpointDue => false;

    public void Breathe() { }

    public void OnStep(TrainingProgress progress) => onStep(progress);

    public void OnCheckpoint(long step, Action<Stream> write) { }
}
