using Learngene.Scheduling;

namespace Learngene.Grains.Scheduling;

/// <summary>A device that a job has.</summary>
[GenerateSerializer, Immutable, Alias("learngene.device-grant")]
internal sealed record DeviceGrant(
    [property: Id(0)] DeviceRequest Request, [property: Id(1)] SiloAddress Silo, [property: Id(2)] string Device, [property: Id(3)] DateTimeOffset Since)
{
    public bool IsOf(SiloDevice device) => device.Silo == Silo && device.Found.Name == Device;
}

/// <summary>What a user has had of the pool, weighed less the longer ago it was.</summary>
/// <param name="Seconds">Seconds of devices.</param><param name="At">The moment for which that holds.</param>
[GenerateSerializer, Immutable, Alias("learngene.device-usage")]
internal sealed record DeviceUsage([property: Id(0)] double Seconds, [property: Id(1)] DateTimeOffset At)
{
    private static readonly TimeSpan s_halfLife = TimeSpan.FromDays(1);

    /// <summary>What it weighs at a later moment.</summary>
    public double Now(DateTimeOffset now) => Seconds * Math.Pow(0.5, Math.Max(0, (now - At) / s_halfLife));
}

/// <summary>A pool's durable state: the queue is not in it, since those who wait ask again.</summary>
[GenerateSerializer, Immutable, Alias("learngene.pool-record")]
internal sealed record PoolRecord
{
    [Id(0)] public IReadOnlyList<DeviceGrant> Grants { get; init; } = [];
    [Id(1)] public IReadOnlyDictionary<string, DeviceUsage> Usage { get; init; } = new Dictionary<string, DeviceUsage>();

    private const double Forgotten = 0.001; // seconds

    /// <summary>The record without a job's device, its time accounted for.</summary>
    public PoolRecord Without(DeviceGrant grant, DateTimeOffset now)
    {
        string user = grant.Request.Need.User;
        var usage = Usage.Where(u => u.Key != user && u.Value.Now(now) >= Forgotten).ToDictionary();
        double had = (Usage.GetValueOrDefault(user)?.Now(now) ?? 0) + Math.Max(0, (now - grant.Since).TotalSeconds);
        if (had >= Forgotten) usage[user] = new(had, now);
        return this with { Grants = [.. Grants.Where(g => g.Request.Job != grant.Request.Job)], Usage = usage };
    }
}
