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

/// <summary>Tells how the silo is on which it runs.</summary>
[Alias("learngene.status")]
public interface IStatusGrain : IGrainWithIntegerKey
{
    /// <summary>The silo as it is.</summary>
    [Alias("Get"), ResponseTimeout("00:00:25")] Task<SiloStatus> Get();
}
