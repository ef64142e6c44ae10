using System.Runtime.InteropServices;
using Learngene.Vision.Safetensors;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>
/// The end of a round (DiLoCo, arXiv 2311.08105, algorithm 1): the workers' values are averaged, and from the values they started from an outer
/// step of Nesterov's momentum goes along the change. With rate 1 and no momentum the result is the average to the bit.
/// </summary>
public sealed class OuterRound : IDisposable
{
    private const int Piece = 1 << 20; // values read at once
    private readonly Trainer _trainer;
    private readonly ShardPlan _plan;
    private readonly ExactMean _mean;
    private readonly Tensor _momentum; // (values), on the CPU
    private readonly SortedDictionary<int, ShardState> _workers = [];
    private OuterState _state;

    internal OuterRound(Trainer trainer, long round)
    {
        (_trainer, _plan) = (trainer, trainer.Shards);
        _mean = new(checked((int)trainer.Model.Parameters.Count));
        _momentum = zeros(trainer.Model.Parameters.Count).DetachFromDisposeScope();
        _state = new() { Rounds = round };
    }

    /// <summary>Whether the outer step has a momentum to keep.</summary>
    public bool HasMomentum => _trainer.Options.OuterMomentum > 0;

    /// <summary>Takes over what the round before left.</summary>
    /// <param name="values">What the workers started from; null in the first round, which began with the model as it is.</param>
    /// <param name="momentum">Of the outer step; null in the first round.</param>
    public void Load(SafetensorsFile? values, SafetensorsFile? momentum)
    {
        if (values is not null)
        {
            Checkpoint.Read(values, Values);
            _state = Checkpoint.State<OuterState>(values);
        }
        if (momentum is not null) Checkpoint.Read(momentum, Momentum);
    }

    /// <summary>Takes in what a worker came to; in any order, each once.</summary>
    /// <exception cref="InvalidDataException">It is of another round, of nobody, or of one that was there already.</exception>
    public void Add(SafetensorsFile contribution)
    {
        var worker = Checkpoint.State<ShardState>(contribution);
        int steps = _plan.StepsIn(worker.Round, worker.Worker);
        if (worker.Round != _state.Rounds || steps == 0 || worker.Step != steps || !_workers.TryAdd(worker.Worker, worker))
            throw new InvalidDataException($"step {worker.Step} of {steps} of worker {worker.Worker} in round {worker.Round} has no place in round {_state.Rounds}.");
        var entry = contribution["values"];
        float[] piece = new float[Math.Min(Piece, entry.Elements)];
        for (long first = 0; first < entry.Elements; first += Piece)
        {
            var some = piece.AsSpan(0, (int)Math.Min(Piece, entry.Elements - first));
            contribution.ReadSingles(entry, first, some);
            _mean.Add((int)first, some);
        }
        _mean.Complete();
    }

    /// <summary>Takes the outer step, and measures the model where an epoch is over that is to be measured.</summary>
    /// <returns>Where the run is; the new values are in the model's parameters.</returns>
    public OuterState Step(ITrainingWatcher watcher)
    {
        if (_mean.Vectors != _plan.WorkersIn(_state.Rounds))
            throw new InvalidOperationException($"{_mean.Vectors} of {_plan.WorkersIn(_state.Rounds)} workers are in.");
        Move();
        return _state = Close(watcher);
    }

    /// <summary>Writes the values that the next round starts from.</summary>
    public void SaveValues(Stream stream, string owner) => Checkpoint.Write(stream, owner, _state, Values);

    /// <summary>Writes the momentum of the outer step.</summary>
    public void SaveMomentum(Stream stream, string owner) => Checkpoint.Write(stream, owner, _state, Momentum);

    /// <inheritdoc/>
    public void Dispose() => _momentum.Dispose();

    private (string, Tensor) Values => ("values", _trainer.Model.Parameters.Values);
    private (string, Tensor) Momentum => ("momentum", _momentum);

    private void Move()
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var there = _trainer.Model.Parameters.Values;
        var here = there.cpu(); // itself where it is there already
        Span<float> values = MemoryMarshal.Cast<byte, float>(here.bytes), momentum = MemoryMarshal.Cast<byte, float>(_momentum.bytes);
        double rate = _trainer.Options.OuterLr, keep = _trainer.Options.OuterMomentum;
        for (int i = 0; i < values.Length; i++)
        {
            double mean = _mean[i], change = values[i] - mean; // the outer gradient
            momentum[i] = (float)(keep * momentum[i] + change);
            // value - rate * (change + keep * momentum), arranged so that rate 1 without momentum leaves the mean.
            values[i] = (float)(mean + (1 - rate) * change - rate * keep * momentum[i]);
        }
        if (there.device_type != TorchSharp.DeviceType.CPU) there.copy_(here);
    }

    // By worker, so that the sums are the same whoever came first.
    private OuterState Close(ITrainingWatcher watcher)
    {
        var losses = _state.Losses.Concat(_workers.Values.SelectMany(w => w.Losses)).GroupBy(l => l.Epoch).OrderBy(g => g.Key)
            .Select(g => new EpochLoss(g.Key, g.Sum(l => l.Sum), g.Sum(l => l.Count))).ToList();
        var (rounds, over) = (_state.Rounds + 1, _plan.Epochs(_state.Rounds + 1));
        List<EpochResult> history = [.. _state.History, .. losses.Where(l => l.Epoch <= over).Select(l => new EpochResult(l.Epoch, l.Sum / l.Count, null))];
        int every = _trainer.Options.EvaluateEvery;
        bool measure = rounds == _plan.Rounds || (every > 0 && history.Skip(_state.History.Count).Any(e => e.Epoch % every == 0));
        if (measure) history[^1] = history[^1] with { Accuracy = _trainer.Evaluate(watcher).Accuracy };
        return new() { Rounds = rounds, History = history, Losses = [.. losses.Where(l => l.Epoch > over)] };
    }
}
