using Learngene.Vision.Data;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>
/// The one training loop: labels or a teacher, any <see cref="ITrainable"/>, checkpoints between steps. What is random comes from the
/// seed and the step's number, so a run that was stopped and resumed gives the same bits as one that was not.
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="data">Images and labels.</param>
/// <param name="preprocess">Normalisation of the pixels.</param>
/// <param name="options">Everything else.</param>
/// <param name="teacher">Distilled, if given.</param>
public sealed class Trainer(ITrainable model, DataSet data, Preprocess preprocess, TrainingOptions options, Teacher? teacher = null)
{
    private readonly int _images = ImagesOf(options, data.Train.Count);

    /// <summary>Steps of an epoch: whole batches, or one smaller one where there are fewer images than a batch.</summary>
    public int StepsPerEpoch => StepsOf(options, _images);

    /// <summary>Steps of the run.</summary>
    public long Steps => options.StepsOf(StepsPerEpoch);

    /// <summary>What a run without a checkpoint starts from: the phase and the epochs before it. Default: nothing.</summary>
    public TrainingState Start { get; init; } = new();

    /// <summary>The same run as rounds of several workers.</summary>
    public ShardPlan Shards => new(Steps, StepsPerEpoch, options.Workers, options.LocalSteps);

    /// <summary>One worker's part of a round: <see cref="ShardRound"/>.</summary>
    public ShardRound Shard(long round, int worker) => new(this, round, worker);

    /// <summary>What brings the workers of a round together: <see cref="OuterRound"/>.</summary>
    public OuterRound Outer(long round) => new(this, round);

    /// <summary>Trains to the end.</summary>
    /// <param name="watcher">Looks on, cancels, keeps checkpoints.</param>
    /// <param name="checkpoint">Where to go on from; null starts at the beginning.</param>
    /// <returns>The epochs; the trained values are in the model's parameters.</returns>
    /// <exception cref="ArithmeticException">The loss is no longer finite.</exception>
    public IReadOnlyList<EpochResult> Run(ITrainingWatcher watcher, SafetensorsFile? checkpoint = null)
    {
        using var optimiser = new AdamW(model.Parameters, options);
        var state = checkpoint is null ? Start : TrainingState.Load(checkpoint, model, optimiser);
        // By the whole run, not by what is left of it: a resumed run must see the same answers to the bit.
        Remember(Steps, watcher);
        var rate = new LearningRate(options, StepsPerEpoch, options.Limit());
        while (state.Step < Steps)
        {
            using var loader = new BatchLoader(Loading(state.Before.Count + (int)(state.Step / StepsPerEpoch), (int)(state.Step % StepsPerEpoch)));
            foreach (var batch in loader)
            {
                watcher.Breathe();
                double loss = Step(batch, state.Step, state.Step, optimiser, rate.At(state.Step));
                state = state with { Step = state.Step + 1, LossSum = state.LossSum + loss, LossCount = state.LossCount + 1 };
                if (state.Step % StepsPerEpoch == 0 || state.Step == Steps) state = EndEpoch(state, watcher);
                watcher.OnStep(new(state.Step, Steps, Mean(state), rate.At(state.Step - 1), state.History));
                if (watcher.CheckpointDue)
                    watcher.OnCheckpoint(state.Step, stream => state.Save(stream, watcher.Owner, model, optimiser));
                if (state.Step == Steps) break;
            }
        }
        return state.History;
    }

    internal ITrainable Model => model;
    internal TrainingOptions Options => options;

    /// <summary>Works the teacher's answers out first, where so many steps of this computation pay for it.</summary>
    internal void Remember(long steps, ITrainingWatcher watcher) => teacher?.Remember(data.Train, preprocess, options.Augment(), steps * options.Batch, watcher, options.FeatureWeight > 0);

    /// <summary>Step <paramref name="step"/> of an optimiser on batch <paramref name="number"/> of the run, from whose number comes what is random.</summary>
    internal double Step(Batch batch, long number, long step, AdamW optimiser, double learningRate)
    {
        using var scope = NewDisposeScope();
        var images = Images.ToTensor(batch, model.Parameters.Values.device);
        var loss = Loss(model.Train(images, number), images, batch);
        loss.backward();
        optimiser.Step(step, learningRate);
        double value = loss.item<float>();
        return double.IsFinite(value) ? value : throw new ArithmeticException($"the loss is {value} in step {step + 1}; lower lr (it is {options.Lr}) or set clip.");
    }

    private Tensor Loss(VitOutput student, Tensor images, Batch batch)
    {
        if (teacher is null) return Objective.CrossEntropy(student.Logits, batch, options.LabelSmoothing);
        var (logits, features) = teacher.Answers(batch, images);
        var loss = Objective.SoftDistillation(student.Logits, logits, options.Temperature, options.DistillationMean);
        double alpha = options.DistillationAlpha;
        if (alpha < 1) loss = loss.Times(alpha).Plus(Objective.CrossEntropy(student.Logits, batch, options.LabelSmoothing).Times(1 - alpha));
        if (options.FeatureWeight <= 0) return loss;
        if (features is null) throw new InvalidOperationException("the teacher has worked its answers out without features before.");
        return loss.Plus(Objective.Relations(student.Features, features).Times(options.FeatureWeight));
    }

    private TrainingState EndEpoch(TrainingState state, ITrainingWatcher watcher)
    {
        int epoch = (int)((state.Step + StepsPerEpoch - 1) / StepsPerEpoch);
        bool evaluate = state.Step == Steps || (options.EvaluateEvery > 0 && epoch % options.EvaluateEvery == 0);
        double? accuracy = evaluate ? Evaluate(watcher).Accuracy : null;
        return state with { LossSum = 0, LossCount = 0, History = [.. state.History, new(epoch, state.LossSum / state.LossCount, accuracy)] };
    }

    internal Evaluation Evaluate(ITrainingWatcher watcher)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        return Evaluator.Run(model.Predictor(), data.Test, preprocess, watcher, model.Parameters.Values.device, options.TestImages);
    }

    internal static int ImagesOf(TrainingOptions options, int all) => options.Images > 0 ? Math.Min(options.Images, all) : all;
    internal static int StepsOf(TrainingOptions options, int images) => Math.Max(1, images / options.Batch);

    private static double Mean(TrainingState state) =>
        state.LossCount > 0 ? state.LossSum / state.LossCount : state.History.Count > 0 ? state.History[^1].Loss : 0;

    internal BatchLoaderOptions Loading(int epoch, int firstBatch) => new()
    {
        Set = data.Train, Preprocess = preprocess, Augment = options.Augment(), BatchSize = options.Batch, Seed = options.Seed,
        Epoch = epoch, FirstBatch = firstBatch, Shuffle = true, DropLast = _images >= options.Batch,
        Take = _images < data.Train.Count ? _images : null,
    };
}
