using Learngene.Grains.Jobs;
using Learngene.Scheduling;

namespace Learngene.Grains.Scheduling;

/// <summary>What people are told about a pool.</summary>
internal static class PoolWords
{
    /// <summary>A kind of device: <c>a GPU</c>.</summary>
    public static string A(DeviceKind kind) => kind switch { DeviceKind.Gpu => "a GPU", DeviceKind.Cpu => "a CPU", _ => "a device" };

    /// <summary>Refuses what cannot be a pool, a user or an amount.</summary>
    /// <exception cref="RefusedException">Names the field and the value.</exception>
    public static void Check(DeviceNeed need)
    {
        if (!DeviceNeed.IsPool(need.Pool)) throw new RefusedException($"device pool '{JobError.Clean(need.Pool)}' is not allowed: {DeviceNeed.PoolNames}.");
        if (need.User.Length > 100 || need.User.Any(char.IsControl)) throw new RefusedException("the user's name is longer than 100 characters, or has control characters.");
        if (need.Memory < 0) throw new RefusedException($"memory {need.Memory} is negative; 0 is what the job is estimated to need.");
        if (!Enum.IsDefined(need.Kind) || !Enum.IsDefined(need.Priority)) throw new RefusedException($"device {need.Kind} or priority {need.Priority} is unknown.");
    }

    /// <summary>Why nothing in the pool can ever suit, as it is now.</summary>
    public static string None(string pool, DeviceRequest request, IReadOnlyList<SiloDevice> devices)
    {
        string wanted = A(request.Need.Kind);
        if (devices.Count == 0) return $"waits for {wanted}: pool '{pool}' has no silo; start one with --device-pool {pool}.";
        var kind = devices.Where(d => d.IsOf(request.Need.Kind)).ToList();
        return kind.Count == 0
            ? $"waits for {wanted}: pool '{pool}' has none among its {devices.Count} devices."
            : $"waits for {wanted} with {Sizes.Text(request.Memory)}: the largest of pool '{pool}' has {Sizes.Text(kind.Max(d => d.Found.Memory))}.";
    }
}
