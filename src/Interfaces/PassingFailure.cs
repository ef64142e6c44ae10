using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Learngene;

/// <summary>What passes by itself, for silos and clients alike: the storage that is away, a silo that goes. The same call may be made again.</summary>
internal static class PassingFailure
{
    /// <summary>Whether a failure is of that kind.</summary>
    public static bool Is(Exception failure) =>
        failure is StorageUnavailableException or SiloUnavailableException or OrleansMessageRejectionException or ConnectionFailedException or TimeoutException or GatewayTooBusyException
        || failure.GetType() == typeof(OrleansException); // a silo that has been declared dead meanwhile, or none that takes such a grain: all are going, or of an older version
}
