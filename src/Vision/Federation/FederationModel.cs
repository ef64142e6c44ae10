using Learngene.Vision.Models;

namespace Learngene.Vision.Federation;

/// <summary>
/// The server's state between rounds: values for everyone and per cohort in full precision, in which round each last changed, and the scores that the
/// next choice of layers goes by. Rounds count from 1. Not for several threads at once.
/// </summary>
public sealed class FederationModel
{
    internal FederationModel() { }

    /// <summary>Cohorts there are.</summary>
    public int Cohorts => throw new NotImplementedException();
    /// <summary>The last round that was applied, 0 before the first.</summary>
    public int Round => throw new NotImplementedException();

    /// <summary>The model before the first round.</summary>
    public static FederationModel Initial(FederatedTask task, int cohorts) => throw new NotImplementedException();

    /// <summary>The layers to exchange in a round, ascending; null where clients choose.</summary>
    public IReadOnlyList<int>? Plan(int round) => throw new NotImplementedException();

    /// <summary>Applies what a round came to; layers that nobody sent keep their values. An empty mean only counts the round.</summary>
    /// <param name="round">The one after <see cref="Round"/>.</param><param name="mean">Of an accumulator or a robust rule.</param>
    /// <param name="clients">Clients that could have been asked: known ones, however many took part.</param>
    public void Apply(int round, RoundMean mean, int clients) => throw new NotImplementedException();

    /// <summary>What a client of a cohort downloads at the start of a round, encoded; null where nothing in it has left the common seed.</summary>
    /// <param name="cohort">The client's.</param><param name="round">Goes into the header.</param><param name="plan">What <see cref="Plan"/> gave.</param>
    public byte[]? Download(int cohort, int round, IReadOnlyList<int>? plan) => throw new NotImplementedException();

    /// <summary>What initialises a newcomer, or a known client at the end: every layer of the model that has left the common seed; null where none has.</summary>
    public byte[]? Initialisation(int cohort) => throw new NotImplementedException();

    /// <summary>The whole model of a cohort, in full precision and in the layout's order (ModelCount).</summary>
    public float[] Values(int cohort) => throw new NotImplementedException();

    /// <summary>One model for everyone (ModelCount): what cohorts have of their own is averaged by the samples behind it.</summary>
    public float[] Values() => throw new NotImplementedException();

    /// <summary>Values in the layout's order as the tensors of a ViT, to be written to a file or evaluated.</summary>
    public static ParameterSet ToParameters(FederatedTask task, ReadOnlySpan<float> values) => throw new NotImplementedException();

    /// <summary>Writes the state; equal states give equal bytes.</summary>
    public void Save(Stream stream) => throw new NotImplementedException();

    /// <summary>Reads the state of the same task.</summary>
    /// <exception cref="InvalidDataException">It is damaged or of another task.</exception>
    public static FederationModel Load(Stream stream, FederatedTask task) => throw new NotImplementedException();
}
