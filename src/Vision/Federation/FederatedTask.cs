using Learngene.Vision.Data;
using Learngene.Vision.Models;

namespace Learngene.Vision.Federation;

/// <summary>
/// What all participants of a federation agree on before the first round, so that none of it travels: settings, layout, method and the values that
/// everyone starts from. Immutable; share one per federation between threads.
/// </summary>
public sealed class FederatedTask
{
    private readonly Lazy<float[]> _commonSeed;

    /// <summary>The task of a specification.</summary>
    /// <param name="settings">Its defaults are filled in.</param><param name="shape">The architecture, see <see cref="FederationSettings.Shape"/>.</param>
    /// <param name="preprocess">How pixels become what the model sees; the same at every client.</param>
    /// <exception cref="InvalidInputException">The settings cannot be.</exception>
    public FederatedTask(FederationSettings settings, VitShape shape, Preprocess preprocess)
    {
        settings.Validate();
        (Settings, Shape, Preprocess) = (settings.Resolved(), shape, preprocess);
        Layout = FederatedLayout.Of(shape, settings.Method);
        Method = settings.Method switch
        {
            FederatedMethod.FedAvg => new FedAvg(this),
            FederatedMethod.FedProx => new FedProx(this),
            FederatedMethod.Scaffold => new Scaffold(this),
            _ => new GeneFl(this),
        };
        _commonSeed = new(() => Federation.CommonSeed.Draw(Layout, Settings.Model.Init, Settings.Seed));
    }

    /// <summary>The specification with its defaults filled in.</summary>
    public FederationSettings Settings { get; }
    /// <summary>The architecture.</summary>
    public VitShape Shape { get; }
    /// <summary>How pixels become what the model sees.</summary>
    public Preprocess Preprocess { get; }
    /// <summary>What is exchanged.</summary>
    public FederatedLayout Layout { get; }
    /// <summary>The method.</summary>
    public IFederatedMethod Method { get; }
    /// <summary>What everyone starts from (Layout.Count): the same bits on every machine. Control variates start at zero.</summary>
    public ReadOnlyMemory<float> CommonSeed => _commonSeed.Value;

    /// <summary>Whether a layer is averaged over everyone, whatever the cohort.</summary>
    public bool IsShared(int layer) => Method.IsShared(Layout.Layers[layer]);

    /// <summary>An empty accumulator for one round.</summary>
    /// <param name="cohorts">Cohorts there are, 1 or more.</param>
    public RoundAccumulator NewAccumulator(int cohorts) => new(this, cohorts);

    /// <summary>Refuses an upload that does not fit the round: kind, encoding, round, layers, scores, size of the values. Reads all of it.</summary>
    /// <param name="upload">An opened payload.</param><param name="round">The round in progress.</param><param name="plan">What <see cref="FederationModel.Plan"/> gave.</param>
    /// <returns>The factor its values are to be scaled by, 0..1; 1 unless it is longer than <see cref="AggregationSettings.ClipNorm"/>.</returns>
    /// <exception cref="PayloadException">It does not.</exception>
    public double Check(PayloadReader upload, int round, IReadOnlyList<int>? plan)
    {
        var (header, encoding, rules) = (upload.Header, Settings.Encoding, Settings.Aggregation);
        if (header.Kind != PayloadKind.Differences || header.Encoding != encoding.Up || header.TopK != encoding.TopK)
            throw new PayloadException(FormattableString.Invariant(
                $"the upload holds {header.Kind} in {header.Encoding} with top-k {header.TopK}; Differences in {encoding.Up} with top-k {encoding.TopK} are expected."));
        if (header.Round != round) throw new PayloadException($"the upload is of round {header.Round}; round {round} is in progress.");
        if (header.Samples < 1) throw new PayloadException($"the upload claims {header.Samples} samples; 1 or more is allowed.");
        if (plan is not null ? !header.Layers.SequenceEqual(plan) : header.Layers.Count == 0)
            throw new PayloadException($"the upload has the layers {string.Join(' ', header.Layers)}; {(plan is null ? "at least one" : string.Join(' ', plan))} is expected.");
        if ((header.Scores is not null) != Method.NeedsScores)
            throw new PayloadException($"the upload has {(header.Scores is null ? "no " : "")}scores; {(Method.NeedsScores ? "" : "no ")}scores are expected.");
        if (plan is null && Method.MostUploaded is { } most && upload.Bytes.Length > most)
            throw new PayloadException($"the upload has {upload.Bytes.Length} bytes; the budget is {most}.");
        var (norm, largest) = upload.Measure();
        if (!double.IsFinite(norm)) throw new PayloadException("the upload has a value that is not finite.");
        if (largest > RoundAccumulator.MaxValue)
            throw new PayloadException(FormattableString.Invariant($"the upload has a value of magnitude {largest}; at most {RoundAccumulator.MaxValue} is allowed."));
        if (rules.MaxNorm > 0 && norm > rules.MaxNorm)
            throw new PayloadException(FormattableString.Invariant($"the upload's norm is {norm:G6}; at most {rules.MaxNorm} is allowed."));
        return rules.ClipNorm > 0 && norm > rules.ClipNorm ? rules.ClipNorm / norm : 1;
    }

    /// <summary>The weight of a contribution in the mean: its samples up to <see cref="AggregationSettings.MaxSamples"/>, or 1 where the method counts clients.</summary>
    public long Weight(int samples) => Method.Weight(Math.Min(samples, Settings.Aggregation.MaxSamples));

    /// <summary>Sums or values that a layer has: one, or one a cohort.</summary>
    internal int Slots(int layer, int cohorts) => IsShared(layer) ? 1 : cohorts;

    /// <summary>Which of them is a cohort's.</summary>
    internal int Slot(int layer, int cohort) => IsShared(layer) ? 0 : cohort;
}
