using Learngene.Vision.Baselines;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Decomposition;
using Learngene.Vision.Tests.Training;
using Learngene.Vision.Training;

namespace Learngene.Vision.Tests.Baselines;

public sealed class BaselineTrainingTests
{
    private static readonly VitShape Ancestry = new() { ImageSize = 12, PatchSize = 4, Channels = 1, Classes = 4, Width = 8, Depth = 3, Heads = 2 };

    [Theory(Timeout = 60_000), InlineData("tleg"), InlineData("sws"), InlineData("wave")]
    public Task What_is_learnt_once_is_the_same_whether_it_was_stopped_or_not(string baseline) => Within.OneMinute(() =>
    {
        using var run = new Runs();
        var whole = run.Learn(baseline, new NoWatcher());
        var killer = new Killer(checkpointAt: 4, killAt: 6);
        Assert.Throws<OperationCanceledException>(() => run.Learn(baseline, killer));
        Assert.Equal(whole.Values, run.Learn(baseline, new NoWatcher(), killer.Checkpoint, initial: 2).Values);
        Assert.Equal(whole.Values, run.Learn(baseline, new NoWatcher()).Values);
        Assert.NotEqual(whole.Initial, whole.Values);
    });

    [Theory(Timeout = 60_000), InlineData("ligo"), InlineData("wave")]
    public Task The_steps_before_an_initialisation_train_nothing_of_the_source_and_can_be_resumed(string baseline) => Within.OneMinute(() =>
    {
        using var run = new Runs();
        var whole = run.Initialise(baseline, new NoWatcher());
        Assert.Equal([1, 2], whole.History.Select(e => e.Epoch)); // 7 steps, 5 an epoch
        Assert.NotNull(whole.History[1].Accuracy);
        Assert.NotEqual(whole.Initial, whole.Values);
        Assert.Equal(whole.SourceBefore, whole.SourceAfter);
        var killer = new Killer(checkpointAt: 6, killAt: 6);
        Assert.Throws<OperationCanceledException>(() => run.Initialise(baseline, killer));
        var resumed = run.Initialise(baseline, new NoWatcher(), killer.Checkpoint);
        Assert.Equal(whole.Values, resumed.Values);
        Assert.Equal(whole.History, resumed.History);
    });

    private sealed class Runs : IDisposable
    {
        private readonly SmallRun _run = new();
        private readonly TempFolder _folder = new();
        private readonly ParameterSet _ancestry = DecompositionSample.Model(Ancestry, 9);

        public (byte[] Initial, byte[] Values) Learn(string baseline, ITrainingWatcher watcher, byte[]? checkpoint = null, ulong initial = 1)
        {
            var settings = new BaselineSettings
            {
                Baseline = baseline, Epochs = 2, Batch = 16, Lr = 2e-3, DropPath = 0.3, Mixup = 0.8, Seed = 5, Depth = baseline == "sws" ? 6 : null,
            }.Resolved(Ancestry);
            var (method, auxiliary) = (KnownBaselines.SharedBaseline(baseline), settings.Auxiliary(Ancestry));
            var config = method.Config(auxiliary, settings);
            using var parameters = method.Create(config, initial);
            byte[] before = parameters.Values.bytes.ToArray();
            using var teacher = new Teacher(Ancestry, _ancestry);
            Train(new(method.Trainable(auxiliary, config, parameters, settings), _run.Data, _run.Data.Preprocess, settings, teacher), watcher, checkpoint);
            return (before, parameters.Values.bytes.ToArray());
        }

        public (byte[] Initial, byte[] Values, IReadOnlyList<EpochResult> History, byte[] SourceBefore, byte[] SourceAfter) Initialise(
            string baseline, ITrainingWatcher watcher, byte[]? checkpoint = null)
        {
            bool wave = baseline == "wave";
            var settings = new InitialiseSettings { Baseline = baseline, Width = wave ? 8 : 12, Depth = 4, Steps = 7, Batch = 16, Lr = 2e-3, DropPath = 0.3, Seed = 5 };
            var shared = new BaselineSettings { Baseline = "wave" }.Resolved(Ancestry);
            var source = wave ? new Wave().Config(Ancestry, shared) : new ModelConfig { Kind = "vit", Vit = Ancestry };
            using var parameters = wave ? new Wave().Create(source, 3) : DecompositionSample.Model(Ancestry, 3);
            var method = KnownBaselines.Initialisation(baseline);
            var target = method.Target(source, settings);
            TorchSharp.torch.Tensor Get(string name) => parameters[name].detach();
            using var learnt = method.Create(source, Get, target, settings.Seed)!;
            byte[] initial = learnt.Values.bytes.ToArray(), before = parameters.Values.bytes.ToArray();
            var model = new GeneratedVit(target, learnt, settings, () => method.Weights(source, Get, target, learnt));
            var history = Train(new(model, _run.Data, _run.Data.Preprocess, settings), watcher, checkpoint);
            Assert.Equal(0, parameters.Gradients.abs().max().item<float>());
            return (initial, learnt.Values.bytes.ToArray(), history, before, parameters.Values.bytes.ToArray());
        }

        public void Dispose()
        {
            _ancestry.Dispose();
            _folder.Dispose();
            _run.Dispose();
        }

        private IReadOnlyList<EpochResult> Train(Trainer trainer, ITrainingWatcher watcher, byte[]? checkpoint)
        {
            if (checkpoint is not null) File.WriteAllBytes(_folder["checkpoint"], checkpoint);
            using var file = checkpoint is null ? null : SafetensorsFile.Open(_folder["checkpoint"]);
            return trainer.Run(watcher, file);
        }
    }
}
