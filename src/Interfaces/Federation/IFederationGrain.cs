using Learngene.Clients;
using Orleans.Concurrency;

namespace Learngene.Federation;

/// <summary>One federation, from its specification to its learngene; the key is its name. Decides the rounds. Every verb may be retried.</summary>
[Alias("learngene.federation")]
public interface IFederationGrain : IGrainWithStringKey
{
    /// <summary>Starts the federation, once: repeated with the same specification it tells where it is, and sets a failed one going again.</summary>
    /// <param name="specification">JSON as in docs/federations.md.</param>
    /// <exception cref="RefusedException">The specification cannot be carried out, or the federation has another one.</exception>
    [Alias("Start"), ResponseTimeout("00:00:25")] Task<FederationStatus> Start(string specification);

    /// <summary>The federation as it is.</summary>
    /// <exception cref="RefusedException">There is no such federation.</exception>
    [Alias("Get"), AlwaysInterleave] Task<FederationStatus> Get();

    /// <summary>Waits until the federation is newer than <paramref name="revision"/>, at most 15 seconds, and tells how it is.</summary>
    [Alias("Watch"), AlwaysInterleave] Task<FederationStatus> Watch(long revision);

    /// <summary>Finished rounds, in order, at most 256 of them.</summary>
    /// <param name="after">Only rounds after this one.</param>
    [Alias("History"), AlwaysInterleave] Task<IReadOnlyList<RoundSummary>> History(int after);

    /// <summary>Who has which data: of each hosted client, the late ones last, the images of each label; empty where clients bring their own.</summary>
    [Alias("Histograms"), AlwaysInterleave, ResponseTimeout("00:00:25")] Task<IReadOnlyList<IReadOnlyList<int>>> Histograms();

    /// <summary>Ends the federation after the round in progress; what it has learned is stored.</summary>
    [Alias("Stop"), AlwaysInterleave] Task<FederationStatus> Stop();

    /// <summary>What a participant needs to know.</summary>
    /// <exception cref="RefusedException">There is no such federation.</exception>
    [Alias("Terms"), AlwaysInterleave] Task<ClientTerms> Terms();

    /// <summary>What initialises a member: the learngene of its cohort as it is now.</summary>
    [Alias("Initialise"), AlwaysInterleave] Task<Initialisation> Initialise(string client, Membership membership);

    /// <summary>Takes a client in. Called by the client.</summary>
    /// <param name="client">Its name.</param><param name="profile">What it says of itself.</param><param name="known">Whether it had joined before, and had not left.</param>
    /// <exception cref="RefusedException">The federation does not take clients in, or not such ones.</exception>
    [Alias("Join"), AlwaysInterleave, ResponseTimeout("00:00:25")] Task<Membership> Join(string client, ClientProfile profile, bool known);

    /// <summary>Lets a client go.</summary>
    [Alias("Leave"), AlwaysInterleave] Task Leave(string client);

    /// <summary>Asks for work: the round's, or what the client has already; waits up to <paramref name="patience"/> for some. Null: come back later.</summary>
    /// <param name="client">Its name.</param><param name="membership">What it got when it joined.</param><param name="patience">At most 15 s.</param>
    [Alias("Offer"), AlwaysInterleave, ResponseTimeout("00:00:25")] Task<WorkOrder?> Offer(string client, Membership membership, TimeSpan patience);

    /// <summary>Says that a client will not contribute to a round after all.</summary>
    [Alias("Drop"), AlwaysInterleave] Task Drop(string client, int round, string reason);
}

/// <summary>A page of a federation's finished rounds; the key is <c>federation/page</c>.</summary>
[Alias("learngene.round-history")]
public interface IRoundHistoryGrain : IGrainWithStringKey
{
    /// <summary>Writes a round down; the same round again replaces it.</summary>
    [Alias("Put")] Task Put(RoundSummary round);

    /// <summary>The page's rounds, in order.</summary>
    [Alias("List")] Task<IReadOnlyList<RoundSummary>> List();
}
