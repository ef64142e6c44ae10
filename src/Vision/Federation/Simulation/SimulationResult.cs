namespace Learngene.Vision.Federation;

/// <summary>One round of a simulated federation.</summary>
/// <param name="Round">From 1 on.</param><param name="Participants">Clients that contributed.</param>
/// <param name="BytesUp">Of their uploads.</param><param name="BytesDown">Of their downloads.</param>
/// <param name="Loss">Mean training loss, by samples.</param><param name="Accuracy">Mean accuracy as downloaded, by participants.</param>
public sealed record SimulatedRound(int Round, IReadOnlyList<int> Participants, long BytesUp, long BytesDown, double Loss, double Accuracy);

/// <summary>What a simulated federation came to.</summary>
/// <param name="History">Its rounds.</param>
/// <param name="BytesUp">All uploads of the rounds, and the signatures of all clients.</param><param name="BytesDown">All downloads of the rounds.</param>
/// <param name="BytesToInitialise">Mean download of a late client; 0 where there is none.</param>
/// <param name="Known">Of the known clients, the mean of each figure; null where not asked for.</param>
/// <param name="Late">Of the late clients; null where not asked for.</param>
/// <param name="GlobalAccuracy">Of the one model for everyone on the data set's test split.</param>
/// <param name="Cohorts">The cohort of each client, the late ones last.</param>
/// <param name="Model">The server's state as <see cref="FederationModel.Save"/> writes it.</param>
public sealed record SimulationResult(
    IReadOnlyList<SimulatedRound> History, long BytesUp, long BytesDown, double BytesToInitialise, KnownAccuracy? Known, LateAccuracy? Late,
    double GlobalAccuracy, IReadOnlyList<int> Cohorts, byte[] Model);
