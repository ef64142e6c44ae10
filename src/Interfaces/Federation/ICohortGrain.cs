namespace Learngene.Federation;

/// <summary>Clients with similar data; the key is <c>federation/number</c>. Knows how near a newcomer's data is to its members'.</summary>
[Alias("learngene.cohort-grain")]
public interface ICohortGrain : IGrainWithStringKey
{
    /// <summary>Tells it of members; the signatures of the first of them stand for all.</summary>
    /// <param name="members">Names and, where known, signatures of their data.</param>
    [Alias("Add")] Task Add(IReadOnlyList<CohortMember> members);

    /// <summary>Lets a member go.</summary>
    [Alias("Remove")] Task Remove(string client);

    /// <summary>Mean distance of a signature to its members', degrees; infinite where it has none.</summary>
    [Alias("Distance")] Task<double> Distance(byte[] signature);
}

/// <summary>A member of a cohort.</summary>
/// <param name="Client">Its name.</param><param name="Signature">Of its data; null where it gave none.</param>
[GenerateSerializer, Immutable, Alias("learngene.cohort-member")]
public sealed record CohortMember([property: Id(0)] string Client, [property: Id(1)] byte[]? Signature);
