namespace Learngene.Vision.Federation;

/// <summary>What a client is asked to do in a round.</summary>
/// <param name="Round">From 1 on.</param><param name="Cohort">The client's.</param>
/// <param name="Layers">The layers to exchange, ascending; null where the client chooses.</param>
/// <param name="Seed">See <see cref="SeedOf"/>.</param>
public sealed record RoundWork(int Round, int Cohort, IReadOnlyList<int>? Layers, ulong Seed)
{
    /// <summary>The seed of one client in one round.</summary>
    /// <param name="federationSeed">The specification's.</param><param name="round">From 1 on; 0 for the evaluation.</param>
    /// <param name="client">Its index; of an edge client any number that stays the same.</param>
    public static ulong SeedOf(ulong federationSeed, int round, ulong client) => Seeds.Derive(federationSeed, Purpose.Training, (ulong)round, client);
}

/// <summary>What came of it.</summary>
/// <param name="Upload">The contribution, encoded.</param>
/// <param name="State">What the client keeps for its next round or for the evaluation; null where there is nothing to keep.</param>
/// <param name="Samples">Images trained on.</param><param name="Loss">Mean training loss.</param>
/// <param name="Accuracy">On its own test images, before training; 0 without test images.</param>
/// <param name="Layers">Layers that were sent.</param>
public sealed record ClientOutcome(byte[] Upload, byte[]? State, int Samples, double Loss, double Accuracy, IReadOnlyList<int> Layers);

/// <summary>Accuracies of a known client on its own test images when the rounds are over, 0..1.</summary>
/// <param name="TestImages">How many there are.</param>
/// <param name="AsLeft">Of the model as its last training left it; of one never asked, as downloaded.</param>
/// <param name="AfterDownload">After the final download.</param>
/// <param name="Tuned">After each of <see cref="EvaluationSettings.FineTuneEpochs"/> from there.</param>
public sealed record KnownAccuracy(int TestImages, double AsLeft, double AfterDownload, IReadOnlyList<double> Tuned);

/// <summary>Accuracies of a late client on its own test images, 0..1.</summary>
/// <param name="TestImages">How many there are.</param><param name="After">After each of <see cref="EvaluationSettings.LateEpochs"/>.</param>
public sealed record LateAccuracy(int TestImages, IReadOnlyList<double> After);
