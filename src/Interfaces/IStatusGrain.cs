namespace Learngene;

/// <summary>A silo as it is now.</summary>
[GenerateSerializer, Immutable, Alias("learngene.silo-status")]
public sealed record SiloStatus
{
    /// <summary>Its address.</summary>
    [Id(0)] public required string Address { get; init; }
    /// <summary>Version of this software.</summary>
    [Id(1)] public required string Version { get; init; }
    /// <summary>Devices with a compute lane, such as <c>cpu (2 threads)</c> or <c>cuda:0</c>.</summary>
    [Id(2)] public IReadOnlyList<string> Devices { get; init; } = [];
    /// <summary>Jobs on its lanes now.</summary>
    [Id(3)] public IReadOnlyList<string> Running { get; init; } = [];
    /// <summary>Jobs that wait for its lanes.</summary>
    [Id(4)] public int Queued { get; init; }
    /// <summary>Files in its weight store.</summary>
    [Id(5)] public int StoredWeights { get; init; }
    /// <summary>Bytes in its weight store.</summary>
    [Id(6)] public long StoredBytes { get; init; }
    /// <summary>Where its HTTP side is.</summary>
    [Id(7)] public required string Http { get; init; }
    /// <summary>Its processor and how many cores of it there are, and the system, such as <c>AMD EPYC, 2 cores, Debian GNU/Linux 12</c>.</summary>
    [Id(8)] public string Machine { get; init; } = "";
}

/// <summary>A silo of the cluster, as it has announced itself.</summary>
/// <param name="Address">Its address.</param><param name="Pool">The pool of its devices.</param><param name="Version">Version of its software.</param>
/// <param name="Http">Where its HTTP side is.</param><param name="Devices">Its devices, such as <c>cpu (2 threads, 16.0 GB)</c>.</param>
[GenerateSerializer, Immutable, Alias("learngene.silo-facts")]
public sealed record SiloFacts(
    [property: Id(0)] string Address, [property: Id(1)] string Pool, [property: Id(2)] string Version, [property: Id(3)] string Http,
    [property: Id(4)] IReadOnlyList<string> Devices);

/// <summary>Tells how the silo is on which it runs.</summary>
[Alias("learngene.status")]
public interface IStatusGrain : IGrainWithIntegerKey
{
    /// <summary>The silo as it is.</summary>
    [Alias("Get"), ResponseTimeout("00:00:25")] Task<SiloStatus> Get();

    /// <summary>The silos of the cluster that take work, in the order of their addresses.</summary>
    [Alias("Silos")] Task<IReadOnlyList<SiloFacts>> Silos();
}
