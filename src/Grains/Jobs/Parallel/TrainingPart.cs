using Learngene.Grains.Jobs.Work;
using Learngene.Jobs;
using Learngene.Vision.Training;

namespace Learngene.Grains.Jobs;

/// <summary>A part of a training of several workers, done where a training in one would be: with the same model, data and teacher.</summary>
internal abstract record TrainingPart
{
    /// <summary>Does it.</summary>
    /// <param name="c">Where things are.</param><param name="trainer">Has the model, as its settings make it.</param>
    /// <param name="store">What becomes of the model at the training's end.</param>
    public abstract JobOutcome Run(JobContext c, Trainer trainer, Func<IReadOnlyList<EpochResult>, JobOutcome> store);
}

/// <summary>A worker's round.</summary>
internal sealed record ShardPart(ShardOrder Order) : TrainingPart
{
    /// <summary>The whole training's work, of which only this part is done.</summary>
    public static JobContext Within(JobContext c) => c with
    {
        Record = c.Record with { Spec = c.Spec with { Kind = c.Record.Shard!.Kind } }, Part = new ShardPart(c.Record.Shard),
    };

    public override JobOutcome Run(JobContext c, Trainer trainer, Func<IReadOnlyList<EpochResult>, JobOutcome> store)
    {
        using var shard = trainer.Shard(Order.Round, Order.Worker);
        using (var values = c.OpenOwn(Order.Values, "the shared values"))
        using (var moments = c.OpenOwn(Order.Moments, "the worker's moments"))
            shard.Load(values, moments);
        using var checkpoint = c.OpenCheckpoint();
        shard.Run(c.Run, checkpoint);
        bool last = Order.Round + 1 == trainer.Shards.Rounds;
        return new()
        {
            Weights = c.Put(stream => shard.SaveValues(stream, c.Run.Owner)),
            Moments = last ? null : c.Put(stream => shard.SaveMoments(stream, c.Run.Owner)),
            Metrics = new Dictionary<string, double> { ["loss"] = shard.Loss },
        };
    }
}

/// <summary>The end of a round: the average, the outer step, the epochs; of the last round the whole training's end.</summary>
internal sealed record RoundPart(long Round, WeightRef? Values, WeightRef? Momentum, IReadOnlyList<WeightRef> Contributions) : TrainingPart
{
    public override JobOutcome Run(JobContext c, Trainer trainer, Func<IReadOnlyList<EpochResult>, JobOutcome> store)
    {
        using var outer = trainer.Outer(Round);
        using (var values = c.OpenOwn(Values, "the shared values"))
        using (var momentum = c.OpenOwn(Momentum, "the momentum"))
            outer.Load(values, momentum);
        foreach (var contribution in Contributions)
        {
            c.Run.Breathe();
            using var file = c.OpenOwn(contribution, "a worker's values");
            outer.Add(file!);
        }
        var state = outer.Step(c.Run);
        if (state.Rounds == trainer.Shards.Rounds) return store(state.History);
        return new()
        {
            Weights = c.Put(stream => outer.SaveValues(stream, c.Run.Owner)),
            Moments = outer.HasMomentum ? c.Put(stream => outer.SaveMomentum(stream, c.Run.Owner)) : null,
            History = Wire.History(state.History),
        };
    }
}
