using System.Runtime.InteropServices;
using Learngene.Vision.Data;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Training;
using TorchSharp;

namespace Learngene.Vision.Tests.Training.Parallel;

public sealed class ParallelTrainingTests
{
    // Fifteen steps: rounds of one, that end inside the last, and one that is longer than the run.
    [Theory(Timeout = 60_000), InlineData(false, 1), InlineData(false, 4), InlineData(false, 100), InlineData(true, 4)]
    public Task One_worker_whose_average_is_taken_as_it_is_gives_the_bits_of_a_plain_training(bool lets, int local) => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        var options = lets ? SmallRun.LetsOptions : SmallRun.Options;
        var plain = run.Train(lets, new NoWatcher());
        var (values, state) = SerialRounds.Run(() => run.New(lets, options with { Workers = 1, LocalSteps = local, OuterLr = 1, OuterMomentum = 0 }));
        Assert.Equal(plain.Values, values);
        Assert.Equal(plain.History.Select(e => e.Epoch), state.History.Select(e => e.Epoch));
        Assert.All(plain.History.Zip(state.History), e => Assert.Equal(e.First.Loss, e.Second.Loss, 1e-12));
        Assert.Equal(plain.History[^1].Accuracy, state.History[^1].Accuracy);
    });

    [Fact(Timeout = 60_000)]
    public Task The_result_does_not_depend_on_who_came_first() => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        var options = SmallRun.Options with { Workers = 4, LocalSteps = 2 };
        var (forth, first) = SerialRounds.Run(() => run.New(false, options));
        var (back, second) = SerialRounds.Run(() => run.New(false, options), order: workers => workers.Reverse());
        Assert.Equal(forth, back);
        Assert.Equal(first.History, second.History);
        Assert.NotEqual(forth, SerialRounds.Run(() => run.New(false, options with { Workers = 3 })).Values);
    });

    [Theory(Timeout = 60_000), InlineData(false, 1), InlineData(false, 3), InlineData(true, 2)]
    public Task A_worker_killed_and_resumed_inside_a_round_comes_to_the_same_bytes(bool lets, int at) => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        using var folder = new TempFolder();
        var options = (lets ? SmallRun.LetsOptions : SmallRun.Options) with { Workers = 2, LocalSteps = 4 };
        SerialRounds.Run(() => run.New(lets, options), folder.Path, most: 1);
        byte[] whole = Work(new NoWatcher(), null);
        var killer = new Killer(at, at);
        Assert.Throws<OperationCanceledException>(() => Work(killer, null));
        Assert.Equal(whole, Work(new NoWatcher(), killer.Checkpoint));

        byte[] Work(ITrainingWatcher watcher, byte[]? checkpoint)
        {
            using var made = run.New(lets, options, checkpoint is null ? 1UL : 2);
            using var shard = made.Trainer.Shard(1, 0);
            SerialRounds.Load(shard, folder.Path, 1, 0);
            if (checkpoint is not null) File.WriteAllBytes(folder["checkpoint"], checkpoint);
            using var file = checkpoint is null ? null : SafetensorsFile.Open(folder["checkpoint"]);
            shard.Run(watcher, file);
            using var stream = new MemoryStream();
            shard.SaveValues(stream, "test");
            shard.SaveMoments(stream, "test");
            return stream.ToArray();
        }
    });

    [Fact(Timeout = 60_000)]
    public Task Rounds_leave_no_tensor_behind() => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        SerialRounds.Run(() => run.New(false, SmallRun.Options with { Workers = 2, LocalSteps = 3 }));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    });

    // Softmax regression in doubles: AdamW of each worker on every other batch, their mean after each step, Nesterov's step to it.
    [Fact(Timeout = 60_000)]
    public Task Two_workers_that_average_after_every_step_do_what_the_formulas_say() => Within.OneMinute(() =>
    {
        using var run = new SmallRun();
        var options = new TrainingOptions
        {
            Epochs = 3, Batch = 16, Lr = 0.01, WarmupEpochs = 1, Seed = 5, WeightDecay = 0.1, EvaluateEvery = 0, Workers = 2, LocalSteps = 1, OuterLr = 0.6, OuterMomentum = 0.7,
        };
        double[] expected = LinearOracle.Train(Batches(run.Data, options), options);
        var actual = MemoryMarshal.Cast<byte, float>(SerialRounds.Run(() =>
        {
            var model = new LinearModel(4, 144);
            return new(new(model, run.Data, run.Data.Preprocess, options), model.Parameters);
        }).Values).ToArray();
        Assert.True(expected.Max(Math.Abs) > 0.02);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2e-6);
    });

    [Fact]
    public void Only_what_several_workers_train_says_so_in_its_settings()
    {
        string one = System.Text.Json.JsonSerializer.Serialize(new TrainSettings { LocalSteps = 7 }, Json.Strict), two = System.Text.Json.JsonSerializer.Serialize(new TrainSettings { Workers = 2 }, Json.Strict);
        Assert.DoesNotContain("workers", one);
        Assert.DoesNotContain("localSteps", one);
        Assert.DoesNotContain("outer", one);
        Assert.Contains("\"workers\":2,\"localSteps\":50,\"outerLr\":1,\"outerMomentum\":0.5", two);
        Assert.Equal(0, new TrainingOptions { Workers = 2, LocalSteps = 1 }.OuterMomentum); // the mean as it is
        Assert.Equal(0.3, new TrainingOptions { OuterMomentum = 0.3, LocalSteps = 1 }.OuterMomentum);
    }

    [Theory, InlineData("workers", 0), InlineData("workers", 65), InlineData("localSteps", 0), InlineData("outerLr", -1), InlineData("outerMomentum", 1)]
    public void Settings_that_cannot_be_are_refused_by_name(string key, double value)
    {
        var refusal = Assert.Throws<InvalidInputException>(() => Json.Parse<TrainingOptions>($$"""{"{{key}}":{{value}}}""", "settings").Validate());
        Assert.StartsWith($"{key} {value} is outside", refusal.Message);
    }

    private static List<(double[] Pixels, long Label)[]> Batches(DataSet data, TrainingOptions options)
    {
        var batches = new List<(double[], long)[]>();
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            using var loader = new BatchLoader(new()
            {
                Set = data.Train, Preprocess = data.Preprocess, Augment = options.Augment(), BatchSize = options.Batch, Seed = options.Seed, Epoch = epoch, Shuffle = true, DropLast = true,
            });
            batches.AddRange(loader.Select(b => Enumerable.Range(0, b.Count).Select(i => (b.Pixels.AsSpan(i * 144, 144).ToArray().Select(x => (double)x).ToArray(), b.Labels[i])).ToArray()));
        }
        return batches;
    }
}
