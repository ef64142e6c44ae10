using Learngene.Vision.Data;
using Learngene.Vision.Safetensors;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>
/// A worker's part of a round: from the values that all workers share, and from moments of its own, H steps of AdamW on its batches. Like the
/// <see cref="Trainer"/> it gives the same bits whether it was stopped and resumed or not.
/// </summary>
public sealed class ShardRound : IDisposable
{
    private readonly Trainer _trainer;
    private readonly ShardPlan _plan;
    private readonly AdamW _optimiser;
    private ShardState _state;

    internal ShardRound(Trainer trainer, long round, int worker)
    {
        if (trainer.Model.Constants is not null) throw new InvalidInputException("what is trained in phases has one worker; workers 1 is allowed.");
        (_trainer, _plan) = (trainer, trainer.Shards);
        _optimiser = new(trainer.Model.Parameters, trainer.Options);
        _state = new() { Round = round, Worker = worker };
    }

    /// <summary>Takes over what the round before left.</summary>
    /// <param name="values">The shared values; null in the first round, which begins with the model as it is.</param>
    /// <param name="moments">This worker's own; null in the first round.</param>
    public void Load(SafetensorsFile? values, SafetensorsFile? moments)
    {
        if (values is not null) Checkpoint.Read(values, Values);
        if (moments is not null) Checkpoint.Read(moments, Moments);
    }

    /// <summary>Takes the steps; afterwards the worker's values are in the model's parameters.</summary>
    /// <param name="watcher">Looks on, cancels, keeps checkpoints; sees the steps of this round.</param>
    /// <param name="checkpoint">Where to go on from; null begins the round.</param>
    /// <exception cref="ArithmeticException">The loss is no longer finite.</exception>
    public void Run(ITrainingWatcher watcher, SafetensorsFile? checkpoint = null)
    {
        if (checkpoint is not null)
        {
            Checkpoint.Read(checkpoint, [Values, .. Moments]);
            _state = Checkpoint.State<ShardState>(checkpoint);
        }
        int steps = _plan.StepsIn(_state.Round, _state.Worker);
        _trainer.Remember(steps, watcher); // by the whole round, as in the Trainer
        var rate = new LearningRate(_trainer.Options, _plan.StepsPerEpoch, _trainer.Options.Limit(), _plan.Workers);
        while (_state.Step < steps)
        {
            var (epoch, first) = Math.DivRem(_plan.Batch(Step, _state.Worker), _plan.StepsPerEpoch);
            using var loader = new BatchLoader(_trainer.Loading((int)epoch, (int)first) with { Every = _plan.Workers, Most = steps - _state.Step });
            foreach (var batch in loader)
            {
                watcher.Breathe();
                double lr = rate.At(Step), loss = _trainer.Step(batch, _plan.Batch(Step, _state.Worker), Step, _optimiser, lr);
                _state = _state.After((int)epoch + 1, loss);
                watcher.OnStep(new(_state.Step, steps, _state.MeanLoss, lr, []));
                if (watcher.CheckpointDue) watcher.OnCheckpoint(_state.Step, stream => Checkpoint.Write(stream, watcher.Owner, _state, [Values, .. Moments]));
            }
        }
    }

    /// <summary>Mean loss of the round's steps.</summary>
    public double Loss => _state.MeanLoss;

    /// <summary>Writes what the worker came to: its contribution to the average.</summary>
    public void SaveValues(Stream stream, string owner) => Checkpoint.Write(stream, owner, _state, Values);

    /// <summary>Writes what it needs in its next round.</summary>
    public void SaveMoments(Stream stream, string owner) => Checkpoint.Write(stream, owner, _state, Moments);

    /// <inheritdoc/>
    public void Dispose() => _optimiser.Dispose();

    private long Step => _plan.FirstStep(_state.Round) + _state.Step;
    private (string, Tensor) Values => ("values", _trainer.Model.Parameters.Values);
    private (string, Tensor)[] Moments => [("first", _optimiser.First), ("second", _optimiser.Second)];
}
