using Learngene.Data;
using Learngene.Federation;
using Orleans.Concurrency;

namespace Learngene.Clients;

/// <summary>What a client says of itself when it joins.</summary>
[GenerateSerializer, Immutable, Alias("learngene.client-profile")]
public sealed record ClientProfile
{
    /// <summary>Training images it has, 1 or more.</summary>
    [Id(0)] public required int Samples { get; init; }
    /// <summary>Classes its labels come from.</summary>
    [Id(1)] public int Classes { get; init; }
    /// <summary>Channels, height and width of its images; empty where it does not say.</summary>
    [Id(2)] public IReadOnlyList<int> Geometry { get; init; } = [];
    /// <summary>Images a second it trains the federation's model with; 0 where it does not know.</summary>
    [Id(3)] public double ImagesPerSecond { get; init; }
    /// <summary>Bytes a second it can move; 0 where it does not know.</summary>
    [Id(4)] public double BytesPerSecond { get; init; }
    /// <summary>Largest model it can train, parameters; 0 where it does not say.</summary>
    [Id(5)] public long LargestModel { get; init; }
    /// <summary>Hash of its data: another one means that it returned with other data. May be empty.</summary>
    [Id(6)] public string DataHash { get; init; } = "";
    /// <summary>Signature of its data, where the method puts clients into cohorts (docs/federations.md says what it gives away); null for none.</summary>
    [Id(7)] public byte[]? Signature { get; init; }
}

/// <summary>A client's place in a federation.</summary>
/// <param name="Cohort">Its cohort, from 0 on; -1 while there are no cohorts yet.</param><param name="Samples">Images it joined with.</param><param name="Late">Whether it came after the rounds began.</param>
[GenerateSerializer, Immutable, Alias("learngene.membership")]
public sealed record Membership([property: Id(0)] int Cohort, [property: Id(1)] int Samples, [property: Id(2)] bool Late);

/// <summary>A round's work for one client.</summary>
[GenerateSerializer, Immutable, Alias("learngene.work-order")]
public sealed record WorkOrder
{
    /// <summary>From 1 on.</summary>
    [Id(0)] public required int Round { get; init; }
    /// <summary>The client's cohort.</summary>
    [Id(1)] public int Cohort { get; init; }
    /// <summary>Numbers of the layers to exchange; null lets the client choose within its budget.</summary>
    [Id(2)] public IReadOnlyList<int>? Layers { get; init; }
    /// <summary>Everything random in the client's training comes from it.</summary>
    [Id(3)] public ulong Seed { get; init; }
    /// <summary>Where to GET what the round starts from, ticket included; null where that is the common seed alone.</summary>
    [Id(4)] public string? Download { get; init; }
    /// <summary>Its length in bytes.</summary>
    [Id(5)] public long DownloadBytes { get; init; }
    /// <summary>Where to PUT the contribution, ticket included.</summary>
    [Id(6)] public required string Upload { get; init; }
    /// <summary>The longest contribution taken, bytes.</summary>
    [Id(7)] public long UploadLimit { get; init; }
    /// <summary>Seconds that the client has; then its place may be given to another.</summary>
    [Id(8)] public double LeaseSeconds { get; init; }
    /// <summary>Cohorts there are.</summary>
    [Id(9)] public int Cohorts { get; init; }
    /// <summary>What is to be downloaded, where it is so short that asking for it costs more than itself.</summary>
    [Id(10)] public byte[]? Inline { get; init; }
}

/// <summary>What a client needs to know of a federation to take part: the same for all of them.</summary>
/// <param name="Specification">Merged specification, JSON.</param><param name="Config">The model, JSON with timm's names.</param><param name="Preprocess">Normalisation of pixels, JSON.</param>
/// <param name="Data">The data set that the clients hosted by the cluster have parts of, and that others' images are like.</param><param name="ClassNames">What its labels are called, in order.</param>
[GenerateSerializer, Immutable, Alias("learngene.client-terms")]
public sealed record ClientTerms(
    [property: Id(0)] string Specification, [property: Id(1)] string Config, [property: Id(2)] string Preprocess, [property: Id(3)] DataSetInfo Data, [property: Id(4)] IReadOnlyList<string> ClassNames);

/// <summary>What initialises a newcomer.</summary>
/// <param name="Cohort">Its cohort.</param><param name="Round">The round after which the learngene is as it is.</param>
/// <param name="Url">Where to GET it, ticket included; null where it still is the common seed.</param><param name="Bytes">Its length.</param>
[GenerateSerializer, Immutable, Alias("learngene.initialisation")]
public sealed record Initialisation([property: Id(0)] int Cohort, [property: Id(1)] int Round, [property: Id(2)] string? Url, [property: Id(3)] long Bytes);

/// <summary>One participant of a federation; the key is <c>federation/client</c>. Every verb may be retried.</summary>
[Alias("learngene.federated-client")]
public interface IFederatedClientGrain : IGrainWithStringKey
{
    /// <summary>Joins, or comes back; with other data than before it is put into a cohort anew.</summary>
    /// <exception cref="RefusedException">The federation does not take it in.</exception>
    [Alias("Join"), ResponseTimeout("00:00:25")] Task<Membership> Join(ClientProfile profile);

    /// <summary>Asks for work; waits up to <paramref name="patience"/>. Null: come back later.</summary>
    /// <exception cref="RefusedException">It has not joined.</exception>
    [Alias("CheckIn"), AlwaysInterleave, ResponseTimeout("00:00:25")] Task<WorkOrder?> CheckIn(TimeSpan patience);

    /// <summary>What initialises it, now.</summary>
    /// <exception cref="RefusedException">It has not joined.</exception>
    [Alias("Initialise"), AlwaysInterleave] Task<Initialisation> Initialise();

    /// <summary>The signature of its data; null where it has not joined or gave none.</summary>
    [Alias("Signature"), AlwaysInterleave] Task<byte[]?> Signature();

    /// <summary>Leaves; its profile is forgotten.</summary>
    [Alias("Leave")] Task Leave();

    /// <summary>Trains here, where the client's data is a part of the federation's data set, and contributes; the same work given again goes on with the latest addresses.</summary>
    [Alias("Train"), OneWay, AlwaysInterleave] Task Train(WorkOrder order);
}

/// <summary>The names of clients that have joined, a shard of them; the key is <c>federation/shard</c>, of a part of one <c>federation/shard.part</c>.</summary>
[Alias("learngene.roster")]
public interface IRosterGrain : IGrainWithStringKey
{
    /// <summary>Adds a client, or replaces what is known of it.</summary>
    [Alias("Put")] Task Put(string client, Membership membership);

    /// <summary>Removes a client, if it is there.</summary>
    [Alias("Remove")] Task Remove(string client);

    /// <summary>The clients.</summary>
    [Alias("List")] Task<IReadOnlyDictionary<string, Membership>> List();
}

/// <summary>The answer of the HTTP API to a client that checks in.</summary>
/// <param name="State">Where the federation is, if there is no work for the client now: running means come back.</param><param name="Work">The client's work.</param>
public sealed record CheckInAnswer(FederationState? State, WorkOrder? Work);

/// <summary>The answer of the HTTP API to a contribution.</summary>
/// <param name="Counts">Whether it counts, and is on the disk.</param><param name="Repeated">Whether it had come before.</param>
public sealed record ContributionReceipt(bool Counts, bool Repeated);
