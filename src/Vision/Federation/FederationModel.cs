using Learngene.Vision.Models;

namespace Learngene.Vision.Federation;

/// <summary>
/// The server's state between rounds: values for everyone and per cohort in full precision, in which round each last changed, and the scores that the
/// next choice of layers goes by. Rounds count from 1. What still is the common seed takes no memory. Not for several threads at once.
/// </summary>
public sealed class FederationModel
{
    private readonly Part[][] _parts;

    private FederationModel(FederatedTask task, int cohorts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cohorts, 1);
        (Task, Cohorts) = (task, cohorts);
        _parts = [.. task.Layout.Layers.Select(l => Enumerable.Range(0, task.Slots(l.Index, cohorts)).Select(_ => new Part()).ToArray())];
    }

    /// <summary>What it is a model of.</summary>
    public FederatedTask Task { get; }
    /// <summary>Cohorts there are.</summary>
    public int Cohorts { get; }
    /// <summary>The last round that was applied, 0 before the first.</summary>
    public int Round { get; private set; }
    /// <summary>The clients' mean score of each layer in the last round that had any; null before.</summary>
    public IReadOnlyList<float>? Scores { get; private set; }

    /// <summary>The model before the first round.</summary>
    public static FederationModel Initial(FederatedTask task, int cohorts) => new(task, cohorts);

    /// <summary>The layers to exchange in a round, ascending; null where clients choose.</summary>
    public IReadOnlyList<int>? Plan(int round) => Task.Method.Plan(this, round);

    /// <summary>Applies what a round came to; layers that nobody sent keep their values. An empty mean only counts the round.</summary>
    /// <param name="round">The one after <see cref="Round"/>.</param><param name="mean">Of an accumulator or a robust rule.</param>
    /// <param name="clients">Clients that could have been asked: known ones, however many took part; 1 or more.</param>
    public void Apply(int round, RoundMean mean, int clients)
    {
        if (round != Round + 1) throw new ArgumentException($"round {round} cannot be applied after round {Round}.", nameof(round));
        Round = round;
        if (mean.Contributions == 0) return;
        Task.Method.Apply(this, mean, clients);
        Scores = mean.Scores ?? Scores;
    }

    /// <summary>Adds a mean to layers; those behind which there is no weight keep their values.</summary>
    public void Add(RoundMean mean, IEnumerable<int> layers, double step)
    {
        foreach (int l in layers)
            for (int slot = 0; slot < _parts[l].Length; slot++)
            {
                if (mean.Weight(l, slot) is var weight && weight == 0) continue;
                var part = _parts[l][slot];
                part.Values ??= Initial(l).ToArray();
                mean.AddTo(l, slot, part.Values, step);
                (part.Updated, part.Weight) = (Round, part.Weight + weight);
            }
    }

    /// <summary>What a client of a cohort downloads at the start of a round, encoded; null where nothing in it has left the common seed.</summary>
    /// <param name="cohort">The client's.</param><param name="round">Goes into the header.</param><param name="plan">What <see cref="Plan"/> gave.</param>
    public byte[]? Download(int cohort, int round, IReadOnlyList<int>? plan)
    {
        if (DownloadHeader(cohort, round, plan) is not { } header) return null;
        var bytes = new byte[checked((int)Payload.Length(Task.Layout, header))];
        WriteDownload(header, cohort, bytes);
        return bytes;
    }

    /// <summary>What a download says of itself, from which its length follows; null where nothing in it has left the common seed.</summary>
    /// <param name="cohort">The client's.</param><param name="round">Goes into the header.</param><param name="plan">What <see cref="Plan"/> gave.</param>
    public PayloadHeader? DownloadHeader(int cohort, int round, IReadOnlyList<int>? plan)
    {
        int[] layers = [.. (plan ?? Task.Layout.All).Where(l => Slot(l, cohort).Updated > 0)];
        return layers.Length == 0 ? null : new() { Kind = PayloadKind.Values, Encoding = Task.Settings.Encoding.Down!.Value, Round = round, Layers = layers };
    }

    /// <summary>Writes a download.</summary>
    /// <param name="header">What <see cref="DownloadHeader"/> gave.</param><param name="cohort">The client's.</param><param name="bytes">Where to, <see cref="Payload.Length"/> bytes.</param>
    public void WriteDownload(PayloadHeader header, int cohort, Span<byte> bytes) =>
        Payload.WriteTo(bytes, Task.Layout, header, l => Slot(l, cohort).Values, Seeds.Derive(Task.Settings.Seed, Purpose.Download, (ulong)header.Round, (ulong)cohort));

    /// <summary>What initialises a newcomer, or a known client at the end: every layer of the model that has left the common seed; null where none has.</summary>
    public byte[]? Initialisation(int cohort) => Download(cohort, Round, Task.Layout.Model());

    /// <summary>The whole model of a cohort, in full precision and in the layout's order (ModelCount).</summary>
    public float[] Values(int cohort)
    {
        var values = Task.CommonSeed.Span[..Task.Layout.ModelCount].ToArray();
        foreach (int l in Task.Layout.Model()) Slot(l, cohort).Values?.CopyTo(Task.Layout.Slice(values.AsSpan(), l));
        return values;
    }

    /// <summary>One model for everyone (ModelCount): what cohorts have of their own is averaged by the weight behind it.</summary>
    public float[] Values()
    {
        var values = Task.CommonSeed.Span[..Task.Layout.ModelCount].ToArray();
        foreach (int l in Task.Layout.Model())
        {
            double weight = _parts[l].Sum(p => (double)p.Weight);
            if (weight == 0) continue;
            var sum = new double[Task.Layout.Layers[l].Count];
            foreach (var part in _parts[l].Where(p => p.Values is not null))
                for (int i = 0; i < sum.Length; i++) sum[i] += part.Values![i] * (part.Weight / weight);
            var slice = Task.Layout.Slice(values.AsSpan(), l);
            for (int i = 0; i < sum.Length; i++) slice[i] = (float)sum[i];
        }
        return values;
    }

    /// <summary>Values in the layout's order as the tensors of a ViT, to be written to a file or evaluated. The caller disposes of them.</summary>
    public static ParameterSet ToParameters(FederatedTask task, ReadOnlySpan<float> values)
    {
        var parameters = new ParameterSet(VitWeights.Specs(task.Shape));
        foreach (var layer in task.Layout.Layers.Take(task.Layout.ModelLayers))
            foreach (var tensor in layer.Tensors)
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.Slice(layer.Offset + tensor.Offset, tensor.Count)).CopyTo(parameters[tensor.Name].bytes);
        return parameters;
    }

    /// <summary>Writes the state; equal states give equal bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new SnapshotWriter(stream, "LGM1", Task.Layout.Fingerprint);
        writer.Write(Cohorts);
        writer.Write(Round);
        writer.Write(Scores?.Count ?? 0);
        if (Scores is not null) writer.Write<float>([.. Scores]);
        foreach (var part in _parts.SelectMany(p => p))
        {
            writer.Write(part.Updated);
            if (part.Updated == 0) continue;
            writer.Write(part.Weight);
            writer.Write<float>(part.Values);
        }
    }

    /// <summary>Reads the state of the same task.</summary>
    /// <exception cref="InvalidDataException">It is damaged or of another task.</exception>
    public static FederationModel Load(Stream stream, FederatedTask task)
    {
        var reader = new SnapshotReader(stream, "LGM1", task.Layout.Fingerprint);
        var model = new FederationModel(task, reader.Read("cohorts", 1, 1_000_000)) { Round = reader.Read("round", 0, int.MaxValue) };
        var scores = new float[reader.Read("scores", 0, task.Layout.ModelLayers)];
        reader.Fill<float>(scores);
        if (scores.Length > 0) model.Scores = scores;
        for (int l = 0; l < model._parts.Length; l++)
            foreach (var part in model._parts[l])
            {
                if ((part.Updated = reader.Read("round of a layer", 0, model.Round)) == 0) continue;
                part.Weight = reader.Read("weight of a layer", 0L, long.MaxValue);
                reader.Fill<float>(part.Values = new float[task.Layout.Layers[l].Count]);
            }
        reader.Complete();
        return model;
    }

    private Part Slot(int layer, int cohort) => _parts[layer][Task.Slot(layer, cohort)];

    private ReadOnlySpan<float> Initial(int layer) => Task.Layout.Slice(Task.CommonSeed.Span, layer);

    // Null values are the common seed's; then Updated and Weight are 0.
    private sealed class Part
    {
        public float[]? Values { get; set; }
        public int Updated { get; set; }
        public long Weight { get; set; }
    }
}
