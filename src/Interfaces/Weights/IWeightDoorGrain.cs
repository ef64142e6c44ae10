

namespace Learngene;

/// <summary>Leave to move one file through a silo's HTTP door.</summary>
/// <param name="Url">Where to GET or PUT, ticket included.</param>
/// <param name="Expires">Until when.</param>
[GenerateSerializer, Immutable, Alias("learngene.ticket")]
public sealed record WeightTicket([property: Id(0)] string Url, [property: Id(1)] DateTimeOffset Expires);

/// <summary>Hands out tickets: grains decide, HTTP carries.</summary>
[Alias("learngene.weight-door")]
public interface IWeightDoorGrain : IGrainWithIntegerKey
{
    /// <summary>Leave to download a file.</summary>
    /// <exception cref="RefusedException">It is not in the store.</exception>
    [Alias("Read")] Task<WeightTicket> Read(WeightRef weights);

    /// <summary>Leave to upload a file; null if it is already there.</summary>
    /// <exception cref="RefusedException">It is larger than is taken in.</exception>
    [Alias("Write")] Task<WeightTicket?> Write(WeightRef weights);
}
