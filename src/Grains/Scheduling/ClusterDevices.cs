using Learngene.Grains.Compute;
using Learngene.Grains.Compute.Devices;
using Learngene.Grains.Jobs.Work;
using Learngene.Scheduling;
using Orleans.Runtime;
using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Learngene.Grains.Scheduling;

/// <summary>A device of a silo of the cluster.</summary>
internal sealed record SiloDevice(SiloAddress Silo, FoundDevice Found)
{
    /// <summary>Whether a job that wants this may have it.</summary>
    public bool Suits(DeviceRequest request) => IsOf(request.Need.Kind) && Found.Memory >= request.Memory;

    /// <summary>Whether it is of that kind.</summary>
    public bool IsOf(DeviceKind kind) => kind == DeviceKind.Any || kind == Found.Kind;
}

/// <summary>A silo as it has announced itself.</summary>
internal sealed record AnnouncedSilo(SiloAddress Address, string Pool, string Version, string Http, IReadOnlyList<FoundDevice> Devices);

/// <summary>What the silos of the cluster have announced; those that are going, and those that say nothing, have no devices.</summary>
internal sealed class ClusterDevices(LearngeneOptions options, ComputeLanes lanes, ILocalSiloDetails here, ISiloStatusOracle members, ISiloMetadataCache announced)
{
    private const string PoolKey = "learngene.pool", DevicesKey = "learngene.devices", VersionKey = "learngene.version", HttpKey = "learngene.http";

    /// <summary>What a silo tells the others.</summary>
    public static Dictionary<string, string> Announce(LearngeneOptions options) => new()
    {
        [PoolKey] = options.DevicePool, [DevicesKey] = FoundDevice.Write(FoundDevice.All(options)), [VersionKey] = JobContext.Software, [HttpKey] = options.HttpAddress,
    };

    /// <summary>Whether a silo takes work still.</summary>
    public bool IsThere(SiloAddress silo) => members.GetApproximateSiloStatus(silo) == Orleans.Runtime.SiloStatus.Active;

    /// <summary>The silos that take work, in the order of their addresses.</summary>
    public IReadOnlyList<AnnouncedSilo> Silos() =>
        [.. members.GetApproximateSiloStatuses(onlyActive: true).Keys.Order().Select(Read).OfType<AnnouncedSilo>()];

    /// <summary>The devices of a pool.</summary>
    public IReadOnlyList<SiloDevice> Of(string pool) =>
        [.. Silos().Where(s => s.Pool == pool).SelectMany(s => s.Devices.Select(d => new SiloDevice(s.Address, d)))];

    private AnnouncedSilo? Read(SiloAddress silo)
    {
        if (silo == here.SiloAddress)
            return new(silo, options.DevicePool, JobContext.Software, options.HttpAddress, [.. lanes.Devices.Select(d => d.Found)]);
        var said = announced.GetSiloMetadata(silo).Metadata;
        return said.TryGetValue(DevicesKey, out string? devices)
            ? new(silo, said.GetValueOrDefault(PoolKey, DeviceNeed.DefaultPool), said.GetValueOrDefault(VersionKey, ""), said.GetValueOrDefault(HttpKey, ""), FoundDevice.Read(devices))
            : null;
    }
}
