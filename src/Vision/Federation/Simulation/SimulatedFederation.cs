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
    private readonly FederationModel _model;
    private readonly RoundAccumulator _accumulator;
    private readonly List<SimulatedRound> _history = [];

    /// <summary>Clients join: they sign, the known ones are clustered, the late ones find their cohort.</summary>
    /// <param name="settings">A specification of another partition than external.</param><param name="data">The data set; stays the caller's.</param>
    /// <param name="breathe">Called between steps.</param>
    /// <exception cref="InvalidInputException">The settings do not fit the data.</exception>
    public SimulatedFederation(FederationSettings settings, DataSet data, Action? breathe = null)
    {
        (_data, _breathe) = (data, breathe);
        _task = new(settings, settings.Shape(data.Geometry, data.Classes), data.Preprocess);
        _partition = Partition.Of(_task.Settings.Partition, data.Train);
        _states = new byte[]?[_partition.Clients];
        (_cohorts, _signatureBytes) = Join();
        _model = FederationModel.Initial(_task, _cohorts.Max() + 1);
        _accumulator = _task.NewAccumulator(_model.Cohorts);
    }

    private FederationSettings Settings => _task.Settings;

    private int Known => Settings.Partition.Known;

    /// <summary>Runs all rounds and the evaluation.</summary>
    /// <param name="settings">A specification of another partition than external.</param><param name="data">The data set; stays the caller's.</param>
    /// <param name="onRound">Told after each round.</param><param name="breathe">Called between steps.</param>
    /// <exception cref="InvalidInputException">The settings do not fit the data.</exception>
    public static SimulationResult Run(FederationSettings settings, DataSet data, Action<SimulatedRound>? onRound = null, Action? breathe = null)
    {
        var federation = new SimulatedFederation(settings, data, breathe);
        for (int round = 1; round <= federation.Settings.Rounds; round++)
        {
            var done = federation.Next();
            onRound?.Invoke(done);
        }
        return federation.Result();
    }

    /// <summary>Runs the next round.</summary>
    public SimulatedRound Next()
    {
        int round = _model.Round + 1;
        int[] participants = Participants.Choose(Settings.Seed, round, Known, Settings.ClientsPerRound);
        var plan = _model.Plan(round);
        var downloads = new Dictionary<int, byte[]?>();
        var uploads = new List<(int Client, PayloadReader Upload, double Scale)>();
        long down = 0;
        foreach (int client in participants)
        {
            int cohort = _cohorts[client];
            if (!downloads.TryGetValue(cohort, out var download)) downloads[cohort] = download = _model.Download(cohort, round, plan);
            using var trainer = Client(_task, client);
            var work = new RoundWork(round, cohort, plan, RoundWork.SeedOf(Settings.Seed, round, (ulong)client));
            var outcome = trainer.Train(work, download, _states[client], _breathe);
            _states[client] = outcome.State;
            var upload = PayloadReader.Open(outcome.Upload, _task.Layout);
            uploads.Add((client, upload, _task.Check(upload, round, plan)));
            down += download?.Length ?? 0;
        }
        _model.Apply(round, Aggregate(uploads), Known);
        var heads = uploads.Select(u => u.Upload.Header).ToList();
        _history.Add(new(round, participants, uploads.Sum(u => (long)u.Upload.Bytes.Length), down,
            heads.Sum(h => (double)h.Loss * h.Samples) / heads.Sum(h => (double)h.Samples), heads.Average(h => h.Accuracy)));
        return _history[^1];
    }

    /// <summary>What it came to so far.</summary>
    /// <param name="evaluation">What is measured; null is what the settings say.</param>
    public SimulationResult Result(EvaluationSettings? evaluation = null)
    {
        var task = evaluation is null ? _task : new FederatedTask(Settings with { Evaluation = evaluation }, _task.Shape, _task.Preprocess);
        evaluation = task.Settings.Evaluation;
        var initialisations = Enumerable.Range(0, _model.Cohorts).Select(_model.Initialisation).ToList();
        var late = Enumerable.Range(Known, _partition.Clients - Known).ToList();
        using var stream = new MemoryStream();
        _model.Save(stream);
        return new([.. _history], _history.Sum(r => r.BytesUp) + _signatureBytes, _history.Sum(r => r.BytesDown),
            late.Count == 0 ? 0 : late.Average(c => initialisations[_cohorts[c]]?.Length ?? 0),
            evaluation.Known ? EvaluateKnown(task, initialisations) : null, evaluation.Late && late.Count > 0 ? EvaluateLate(task, late, initialisations) : null,
            GlobalAccuracy(), _cohorts, stream.ToArray());
    }

    private RoundMean Aggregate(IReadOnlyList<(int Client, PayloadReader Upload, double Scale)> uploads)
    {
        if (Settings.Aggregation.Rule == AggregationRule.Mean)
        {
            _accumulator.Clear();
            foreach (var (client, upload, scale) in uploads) _accumulator.Add(upload, _cohorts[client], _task.Weight(upload.Header.Samples), scale);
            return RoundMean.Of(_accumulator);
        }
        var contributions = uploads.Select(u => new RobustContribution(_cohorts[u.Client], _task.Weight(u.Upload.Header.Samples), u.Scale)).ToList();
        return RobustAggregation.Run(_task, _model.Cohorts, contributions, i => uploads[i].Upload, _breathe);
    }

    private KnownAccuracy EvaluateKnown(FederatedTask task, IReadOnlyList<byte[]?> initialisations)
    {
        var all = new List<KnownAccuracy>();
        for (int client = 0; client < Known; client++)
        {
            using var known = Client(task, client);
            all.Add(known.EvaluateKnown(initialisations[_cohorts[client]], _states[client], EvaluationSeed(client), _breathe));
        }
        return new(all.Sum(k => k.TestImages), all.Average(k => k.AsLeft), all.Average(k => k.AfterDownload),
            [.. task.Settings.Evaluation.FineTuneEpochs.Select((_, e) => all.Average(k => k.Tuned[e]))]);
    }

    private LateAccuracy EvaluateLate(FederatedTask task, IReadOnlyList<int> late, IReadOnlyList<byte[]?> initialisations)
    {
        var all = new List<LateAccuracy>();
        foreach (int client in late)
        {
            using var newcomer = Client(task, client);
            all.Add(newcomer.EvaluateLate(initialisations[_cohorts[client]], EvaluationSeed(client), _breathe));
        }
        return new(all.Sum(l => l.TestImages), [.. task.Settings.Evaluation.LateEpochs.Select((_, e) => all.Average(l => l.After[e]))]);
    }

    private double GlobalAccuracy()
    {
        using var threads = new TorchThreads(1);
        using var images = new LocalImages(_data.Test, _task.Preprocess);
        using var model = new LocalModel(_task, _model.Values());
        return model.Accuracy(images);
    }

    private (int[] Cohorts, long Bytes) Join()
    {
        if (Settings.Method != FederatedMethod.GeneFl || Settings.GeneFl.Cohorts == 1) return (new int[_partition.Clients], 0);
        var signatures = new List<Signature>();
        for (int client = 0; client < _partition.Clients; client++)
        {
            using var signer = Client(_task, client);
            signatures.Add(Signature.Parse(signer.Sign().ToBytes()));
        }
        var known = signatures.Take(Known).ToList();
        int[] cohorts = Clustering.Of(known, Settings.GeneFl);
        int[] late = [.. signatures.Skip(Known).Select(s => Clustering.Nearest(s, known, cohorts))];
        return ([.. cohorts, .. late], signatures.Sum(s => (long)s.ToBytes().Length));
    }

    private FederatedClient Client(FederatedTask task, int client)
    {
        var (train, test) = _partition.Sets(client);
        return new(task, train, test);
    }

    private ulong EvaluationSeed(int client) => RoundWork.SeedOf(Settings.Seed, 0, (ulong)client);
}
