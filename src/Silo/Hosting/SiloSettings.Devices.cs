using Learngene.Scheduling;

namespace Learngene.Silo.Hosting;

/// <summary>Settings of this silo's devices.</summary>
internal sealed partial record SiloSettings
{
    /// <summary>The pool that the devices belong to: jobs name one. Default default.</summary>
    public string DevicePool { get; init; } = DeviceNeed.DefaultPool;
    /// <summary>Bytes of each device that jobs may use; 0 (default) is all there are.</summary>
    public long DeviceMemory { get; init; }

    private void CheckDevices()
    {
        if (!DeviceNeed.IsPool(DevicePool)) throw new StartupException($"device-pool '{DevicePool}' is not allowed: {DeviceNeed.PoolNames}.");
        if (DeviceMemory < 0) throw new StartupException($"device-memory {DeviceMemory} is negative; 0 is all there is.");
    }

    private static string? DeviceHelp(string name) => name switch
    {
        nameof(DevicePool) => "The pool that this silo's devices belong to. Default: default",
        nameof(DeviceMemory) => "Bytes of each device that jobs may use; 0 is all there are. Default: 0",
        _ => null,
    };
}
