namespace Learngene.Federation;

/// <summary>A cohort as it is.</summary>
/// <param name="Members">Clients in it.</param><param name="Round">The last round that moved its learngene; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("learngene.cohort")]
public sealed record CohortStatus([property: Id(0)] int Members, [property: Id(1)] int Round);

/// <summary>Clients with similar data; the key is <c>federation/number</c>. Knows its members, and how near a newcomer's data is to theirs.</summary>
[Alias("learngene.cohort-grain")]
public interface ICohortGrain : IGrainWithStringKey
{
    /// <summary>How it is.</summary>
    [Alias("Get")] Task<CohortStatus> Get();

    /// <summary>Takes members in; those that are in it stay.</summary>
    /// <param name="members">Names and, where known, signatures of their data.</param>
    [Alias("Add")] Task Add(IReadOnlyList<CohortMember> members);

    /// <summary>Lets a member go.</summary>
    [Alias("Remove")] Task Remove(string client);

    /// <summary>Mean distance of a signature to its members', degrees; infinite where it has none.</summary>
    [Alias("Distance")] Task<double> Distance(byte[] signature);

    /// <summary>Notes that a round moved its learngene.</summary>
    [Alias("Advance")] Task Advance(int round);
}

/// <summary>A member of a cohort.</summary>
/// <param name="Client">Its name.</param><param name="Signature">Of its data; null where it gave none.</param>
[GenerateSerializer, Immutable, Alias("learngene.cohort-member")]
public sealed record CohortMember([property: Id(0)] string Client, [property: Id(1)] byte[]? Signature);
