using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>
/// A whole federation in one loop on one thread, as the grains run it: an oracle for them, and a vehicle for experiments. Everyone who is asked
/// answers; deadlines, leases and the scenario are not looked at.
/// </summary>
public sealed class SimulatedFederation
{
    private readonly FederatedTask _task;
    private readonly DataSet _data;
    private readonly Partition _partition;
    private readonly byte[]?[] _states;
    private readonly Action? _breathe;
    private readonly int[] _cohorts;
    private readonly long _signatureBytes;

    private SimulatedFederation(FederationSettings settings, DataSet data, Action? breathe)
    {
        (_data, _breathe) = (data, breathe);
        _task = new(settings, settings.Shape(data.Geometry, data.Classes), data.Preprocess);
        _partition = Partition.Of(_task.Settings.Partition, data.Train);
        _states = new byte[]?[_partition.Clients];
        (_cohorts, _signatureBytes) = Join();
        Model = FederationModel.Initial(_task, _cohorts.Max() + 1);
    }

    /// <summary>The server's state.</summary>
    private FederationModel Model { get; }

    private FederationSettings Settings => _task.Settings;

    private int Known => Settings.Partition.Known;

    /// <summary>Runs all rounds and the evaluation.</summary>
    /// <param name="settings">A specification of another partition than external.</param><param name="data">The data set.</param>
    /// <param name="onRound">Told after each round.</param><param name="breathe">Called between steps.</param>
    /// <exception cref="InvalidInputException">The settings do not fit the data.</exception>
    public static SimulationResult Run(FederationSettings settings, DataSet data, Action<SimulatedRound>? onRound = null, Action? breathe = null)
    {
        var federation = new SimulatedFederation(settings, data, breathe);
        var history = new List<SimulatedRound>();
        var accumulator = federation._task.NewAccumulator(federation.Model.Cohorts);
        for (int round = 1; round <= federation.Settings.Rounds; round++)
        {
            history.Add(federation.Round(round, accumulator));
            onRound?.Invoke(history[^1]);
        }
        return federation.Result(history);
    }

    private SimulatedRound Round(int round, RoundAccumulator accumulator)
    {
        int[] participants = Participants.Choose(Settings.Seed, round, Known, Settings.ClientsPerRound);
        var plan = Model.Plan(round);
        var downloads = new Dictionary<int, byte[]?>();
        var uploads = new List<(int Client, PayloadReader Upload, double Scale)>();
        long down = 0;
        foreach (int client in participants)
        {
            int cohort = _cohorts[client];
            if (!downloads.TryGetValue(cohort, out var download)) downloads[cohort] = download = Model.Download(cohort, round, plan);
            using var trainer = Client(client);
            var work = new RoundWork(round, cohort, plan, RoundWork.SeedOf(Settings.Seed, round, (ulong)client));
            var outcome = trainer.Train(work, download, _states[client], _breathe);
            _states[client] = outcome.State;
            var upload = PayloadReader.Open(outcome.Upload, _task.Layout);
            uploads.Add((client, upload, _task.Check(upload, round, plan)));
            down += download?.Length ?? 0;
        }
        Model.Apply(round, Aggregate(uploads, accumulator), Known);
        var heads = uploads.Select(u => u.Upload.Header).ToList();
        return new(round, participants, uploads.Sum(u => (long)u.Upload.Bytes.Length), down,
            heads.Sum(h => (double)h.Loss * h.Samples) / heads.Sum(h => (double)h.Samples), heads.Average(h => h.Accuracy));
    }

    private RoundMean Aggregate(IReadOnlyList<(int Client, PayloadReader Upload, double Scale)> uploads, RoundAccumulator accumulator)
    {
        if (Settings.Aggregation.Rule == AggregationRule.Mean)
        {
            accumulator.Clear();
            foreach (var (client, upload, scale) in uploads) accumulator.Add(upload, _cohorts[client], _task.Weight(upload.Header.Samples), scale);
            return RoundMean.Of(accumulator);
        }
        var contributions = uploads.Select(u => new RobustContribution(_cohorts[u.Client], _task.Weight(u.Upload.Header.Samples), u.Scale)).ToList();
        return RobustAggregation.Run(_task, Model.Cohorts, contributions, i => uploads[i].Upload, _breathe);
    }

    private SimulationResult Result(IReadOnlyList<SimulatedRound> history)
    {
        var initialisations = Enumerable.Range(0, Model.Cohorts).Select(Model.Initialisation).ToList();
        var late = Enumerable.Range(Known, _partition.Clients - Known).ToList();
        using var stream = new MemoryStream();
        Model.Save(stream);
        return new(history, history.Sum(r => r.BytesUp) + _signatureBytes, history.Sum(r => r.BytesDown),
            late.Count == 0 ? 0 : late.Average(c => initialisations[_cohorts[c]]?.Length ?? 0),
            Settings.Evaluation.Known ? EvaluateKnown(initialisations) : null, Settings.Evaluation.Late && late.Count > 0 ? EvaluateLate(late, initialisations) : null,
            GlobalAccuracy(), _cohorts, stream.ToArray());
    }

    private KnownAccuracy EvaluateKnown(IReadOnlyList<byte[]?> initialisations)
    {
        var all = new List<KnownAccuracy>();
        for (int client = 0; client < Known; client++)
        {
            using var known = Client(client);
            all.Add(known.EvaluateKnown(initialisations[_cohorts[client]], _states[client], EvaluationSeed(client), _breathe));
        }
        return new(all.Sum(k => k.TestImages), all.Average(k => k.AsLeft), all.Average(k => k.AfterDownload),
            [.. Settings.Evaluation.FineTuneEpochs.Select((_, e) => all.Average(k => k.Tuned[e]))]);
    }

    private LateAccuracy EvaluateLate(IReadOnlyList<int> late, IReadOnlyList<byte[]?> initialisations)
    {
        var all = new List<LateAccuracy>();
        foreach (int client in late)
        {
            using var newcomer = Client(client);
            all.Add(newcomer.EvaluateLate(initialisations[_cohorts[client]], EvaluationSeed(client), _breathe));
        }
        return new(all.Sum(l => l.TestImages), [.. Settings.Evaluation.LateEpochs.Select((_, e) => all.Average(l => l.After[e]))]);
    }

    private double GlobalAccuracy()
    {
        using var threads = new TorchThreads(1);
        using var images = new LocalImages(_data.Test, _task.Preprocess);
        using var model = new LocalModel(_task, Model.Values());
        return model.Accuracy(images);
    }

    // Every client signs when it joins; the known ones are clustered, the late ones find the nearest cohort.
    private (int[] Cohorts, long Bytes) Join()
    {
        if (Settings.Method != FederatedMethod.GeneFl || Settings.GeneFl.Cohorts == 1) return (new int[_partition.Clients], 0);
        var signatures = new List<Signature>();
        for (int client = 0; client < _partition.Clients; client++)
        {
            using var signer = Client(client);
            signatures.Add(Signature.Parse(signer.Sign().ToBytes()));
        }
        var known = signatures.Take(Known).ToList();
        int[] cohorts = Clustering.Of(known, Settings.GeneFl);
        int[] late = [.. signatures.Skip(Known).Select(s => Clustering.Nearest(s, known, cohorts))];
        return ([.. cohorts, .. late], signatures.Sum(s => (long)s.ToBytes().Length));
    }

    private FederatedClient Client(int client)
    {
        var (train, test) = _partition.Sets(client);
        return new(_task, train, test);
    }

    private ulong EvaluationSeed(int client) => RoundWork.SeedOf(Settings.Seed, 0, (ulong)client);
}
