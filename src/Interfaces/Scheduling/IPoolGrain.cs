using Orleans.Concurrency;

namespace Learngene.Scheduling;

/// <summary>A job that wants a device.</summary>
/// <param name="Job">Its id.</param><param name="Need">What it wants.</param>
/// <param name="Memory">Bytes that the device must have.</param>
/// <param name="Created">When the job was asked for; among equals the older comes first.</param>
/// <param name="Short">Whether somebody waits for it: it is placed at once, and runs between the steps of whatever has the device.</param>
[GenerateSerializer, Immutable, Alias("learngene.device-request")]
public sealed record DeviceRequest(
    [property: Id(0)] string Job, [property: Id(1)] DeviceNeed Need, [property: Id(2)] long Memory, [property: Id(3)] DateTimeOffset Created, [property: Id(4)] bool Short);

/// <summary>Where a job is to run, or why it waits.</summary>
/// <param name="Silo">The silo; null while it waits.</param><param name="Device">Name of the device on that silo; null while it waits.</param>
/// <param name="Waiting">One sentence for people; null once it has a device.</param>
[GenerateSerializer, Immutable, Alias("learngene.placement")]
public sealed record Placement([property: Id(0)] SiloAddress? Silo, [property: Id(1)] string? Device, [property: Id(2)] string? Waiting);

/// <summary>A device of the pool.</summary>
/// <param name="Silo">Address of its silo.</param><param name="Name">Its name there, such as <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="Kind">CPU or GPU.</param><param name="Memory">Bytes.</param><param name="Threads">Threads of a CPU, or 0.</param><param name="Job">The job that has it, or null.</param>
[GenerateSerializer, Immutable, Alias("learngene.pool-device")]
public sealed record PoolDevice(
    [property: Id(0)] string Silo, [property: Id(1)] string Name, [property: Id(2)] DeviceKind Kind, [property: Id(3)] long Memory, [property: Id(4)] int Threads,
    [property: Id(5)] string? Job);

/// <summary>A job in the queue.</summary>
/// <param name="Job">Its id.</param><param name="User">Who asked.</param><param name="Priority">Its priority.</param><param name="Waiting">Why it waits.</param>
[GenerateSerializer, Immutable, Alias("learngene.waiting-job")]
public sealed record WaitingJob([property: Id(0)] string Job, [property: Id(1)] string User, [property: Id(2)] JobPriority Priority, [property: Id(3)] string Waiting);

/// <summary>A pool as it is now.</summary>
/// <param name="Name">Its name.</param><param name="Devices">Its devices.</param><param name="Waiting">Who waits, the next first.</param>
[GenerateSerializer, Immutable, Alias("learngene.pool-status")]
public sealed record PoolStatus([property: Id(0)] string Name, [property: Id(1)] IReadOnlyList<PoolDevice> Devices, [property: Id(2)] IReadOnlyList<WaitingJob> Waiting);

/// <summary>Gives the devices of a pool to jobs, one job a device; the key is the pool's name.</summary>
[Alias("learngene.pool")]
public interface IPoolGrain : IGrainWithStringKey
{
    /// <summary>Where the job is to run. Asked again and again: a job that has a device keeps it, one that waits keeps its place.</summary>
    /// <param name="request">What it wants.</param><param name="here">The silo on which the job is now; preferred among equals.</param>
    /// <exception cref="RefusedException">Ten thousand jobs wait already.</exception>
    [Alias("Ask")] Task<Placement> Ask(DeviceRequest request, SiloAddress here);

    /// <summary>The job wants no device any more.</summary>
    [Alias("Leave")] Task Leave(string job);

    /// <summary>The pool as it is.</summary>
    [Alias("Get"), AlwaysInterleave] Task<PoolStatus> Get();
}
