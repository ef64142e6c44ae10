using Learngene.Vision.Data;
using Learngene.Vision.Models;

namespace Learngene.Vision.Federation;

/// <summary>
/// What all participants of a federation agree on before the first round, so that none of it travels: settings, layout, method and the values that
/// everyone starts from. Immutable; share one per federation between threads.
/// </summary>
public sealed class FederatedTask
{
    /// <summary>The task of checked settings.</summary>
    /// <param name="settings">A specification; its defaults are filled in.</param><param name="shape">The architecture, see <see cref="FederationSettings.Shape"/>.</param>
    /// <param name="preprocess">How pixels become what the model sees; the same at every client.</param>
    public FederatedTask(FederationSettings settings, VitShape shape, Preprocess preprocess)
    {
        (Settings, Shape, Preprocess) = (settings.Resolved(), shape, preprocess);
        Layout = FederatedLayout.Of(shape, settings.Method);
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
    public IFederatedMethod Method => throw new NotImplementedException();
    /// <summary>What everyone starts from (Layout.Count): the same bits on every machine. Control variates start at zero.</summary>
    public ReadOnlyMemory<float> CommonSeed => throw new NotImplementedException();

    /// <summary>Whether a layer is averaged over everyone, whatever the cohort.</summary>
    public bool IsShared(int layer) => throw new NotImplementedException();

    /// <summary>An empty accumulator for one round.</summary>
    /// <param name="cohorts">Cohorts there are, 1 or more.</param>
    public RoundAccumulator NewAccumulator(int cohorts) => throw new NotImplementedException();

    /// <summary>Refuses an upload that does not fit the round: kind, encoding, round, layers, samples, size of the values.</summary>
    /// <param name="upload">An opened payload.</param><param name="round">The round in progress.</param><param name="plan">What <see cref="FederationModel.Plan"/> gave.</param>
    /// <returns>The factor its values are to be scaled by, 0..1; 1 unless it is longer than <see cref="AggregationSettings.ClipNorm"/>.</returns>
    /// <exception cref="PayloadException">It does not.</exception>
    public double Check(PayloadReader upload, int round, IReadOnlyList<int>? plan) => throw new NotImplementedException();

    /// <summary>The weight of a contribution in the mean: its samples, or 1 where the method counts clients.</summary>
    public long Weight(int samples) => throw new NotImplementedException();
}
