using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>One round of a simulated federation.</summary>
/// <param name="Round">From 1 on.</param><param name="Participants">Clients that contributed.</param>
/// <param name="BytesUp">Of their uploads.</param><param name="BytesDown">Of their downloads.</param>
/// <param name="Loss">Mean training loss, by samples.</param><param name="Accuracy">Mean accuracy as downloaded, by participants.</param>
public sealed record SimulatedRound(int Round, IReadOnlyList<int> Participants, long BytesUp, long BytesDown, double Loss, double Accuracy);

/// <summary>What a simulated federation came to.</summary>
/// <param name="History">Its rounds.</param>
/// <param name="BytesUp">All uploads, signatures included.</param><param name="BytesDown">All downloads of the rounds.</param>
/// <param name="BytesToInitialise">Mean download of a late client.</param>
/// <param name="Known">Of the known clients, the mean of each figure; null where not asked for.</param>
/// <param name="Late">Of the late clients; null where not asked for.</param>
/// <param name="GlobalAccuracy">Of the one model for everyone on the data set's test split.</param>
/// <param name="Cohorts">The cohort of each client, the late ones last.</param>
/// <param name="Model">The server's state as <see cref="FederationModel.Save"/> writes it.</param>
public sealed record SimulationResult(
    IReadOnlyList<SimulatedRound> History, long BytesUp, long BytesDown, double BytesToInitialise, KnownAccuracy? Known, LateAccuracy? Late,
    double GlobalAccuracy, IReadOnlyList<int> Cohorts, byte[] Model);

/// <summary>A whole federation in one loop on one thread, as the grains run it: an oracle for them, and a vehicle for experiments.</summary>
public static class SimulatedFederation
{
    /// <summary>Runs all rounds and the evaluation.</summary>
    /// <param name="settings">A specification; deadlines, leases and the scenario are not looked at.</param><param name="data">The data set.</param>
    /// <param name="onRound">Told after each round.</param><param name="breathe">Called between steps.</param>
    public static SimulationResult Run(FederationSettings settings, DataSet data, Action<SimulatedRound>? onRound = null, Action? breathe = null) => throw new NotImplementedException();
}
