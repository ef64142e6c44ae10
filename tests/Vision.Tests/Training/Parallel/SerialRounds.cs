using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Training;

namespace Learngene.Vision.Tests.Training.Parallel;

/// <summary>The rounds of several workers, one worker after the other in this thread, with files in a folder: what any silos must come to.</summary>
internal static class SerialRounds
{
    /// <summary>Trains to the end.</summary>
    /// <param name="make">Makes the model and what trains it, anew for each piece of work, as on machines of their own.</param>
    /// <param name="folder">For the files; null takes one for the time.</param>
    /// <param name="order">The order in which the workers of a round are added; null as they are.</param>
    /// <param name="most">Rounds to do at most.</param>
    public static (byte[] Values, OuterState State) Run(
        Func<MadeTrainer> make, string? folder = null, Func<IEnumerable<int>, IEnumerable<int>>? order = null, long most = long.MaxValue)
    {
        using var own = new TempFolder();
        folder ??= own.Path;
        var plan = Plan(make);
        (byte[] Values, OuterState State) last = ([], new());
        for (long round = 0; round < Math.Min(most, plan.Rounds); round++)
        {
            var workers = Enumerable.Range(0, plan.WorkersIn(round)).ToList();
            foreach (int worker in workers) Work(make, folder, round, worker);
            last = Average(make, folder, round, order?.Invoke(workers) ?? workers);
        }
        return last;
    }

    private static ShardPlan Plan(Func<MadeTrainer> make)
    {
        using var made = make();
        return made.Trainer.Shards;
    }

    private static void Work(Func<MadeTrainer> make, string folder, long round, int worker)
    {
        using var made = make();
        using var shard = made.Trainer.Shard(round, worker);
        Load(shard, folder, round, worker);
        shard.Run(new NoWatcher());
        Save(folder, $"worker-{worker}", s => shard.SaveValues(s, "test"));
        Save(folder, $"moments-{worker}", s => shard.SaveMoments(s, "test"));
    }

    private static (byte[], OuterState) Average(Func<MadeTrainer> make, string folder, long round, IEnumerable<int> workers)
    {
        using var made = make();
        using var outer = made.Trainer.Outer(round);
        using (var values = Open(folder, "values", round))
        using (var momentum = Open(folder, "momentum", round))
            outer.Load(values, momentum);
        foreach (int worker in workers)
        {
            using var contribution = Open(folder, $"worker-{worker}");
            outer.Add(contribution!);
        }
        var state = outer.Step(new NoWatcher());
        Save(folder, "values", s => outer.SaveValues(s, "test"));
        Save(folder, "momentum", s => outer.SaveMomentum(s, "test"));
        return (made.Values, state);
    }

    /// <summary>What a worker starts a round from.</summary>
    public static void Load(ShardRound shard, string folder, long round, int worker)
    {
        using var values = Open(folder, "values", round);
        using var moments = Open(folder, $"moments-{worker}", round);
        shard.Load(values, moments);
    }

    public static SafetensorsFile? Open(string folder, string name, long round = 1) => round == 0 ? null : SafetensorsFile.Open(Path.Combine(folder, name));

    private static void Save(string folder, string name, Action<Stream> write)
    {
        using var stream = File.Create(Path.Combine(folder, name));
        write(stream);
    }
}
