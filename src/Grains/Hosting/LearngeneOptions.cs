using Learngene.Scheduling;

namespace Learngene.Grains;

/// <summary>What a silo is told about its work.</summary>
public sealed class LearngeneOptions
{
    /// <summary>Directory of the weight store.</summary>
    public string WeightsDirectory { get; set; } = Path.Combine(".learngene", "weights");
    /// <summary>Directory of federations: models between rounds, rounds in progress, hosted clients' own state. On a cluster it is shared.</summary>
    public string FederationsDirectory { get; set; } = Path.Combine(".learngene", "federations");
    /// <summary>Whether other silos work on the same state: then what only one may do is checked against it. Default false.</summary>
    public bool Clustered { get; set; }
    /// <summary>PEM file of authorities whose certificates are taken from other silos' HTTP, besides those that the machine trusts; empty (default) for none.</summary>
    public string Authorities { get; set; } = "";
    /// <summary>Hosted clients that train at once, one thread each; 0 (default) is one per core.</summary>
    public int HostedSlots { get; set; }
    /// <summary>The pool that this silo's devices belong to: a lower-case name. Default <c>default</c>.</summary>
    public string DevicePool { get; set; } = DeviceNeed.DefaultPool;
    /// <summary>Bytes of each device that jobs may use; 0 (default) is all that there are.</summary>
    public long DeviceMemory { get; set; }
    /// <summary>Threads of the CPU lane; 0 (default) is one per core.</summary>
    public int Threads { get; set; }
    /// <summary>Shortest time between two checkpoints. Default 10 s; grows so that checkpoints cost under 2 % of the time.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(10);
    /// <summary>Largest file taken in through the HTTP door, bytes. Default 64 GB.</summary>
    public long LargestUpload { get; set; } = 64_000_000_000;
    /// <summary>How long an unreferenced file stays. Default 24 h.</summary>
    public TimeSpan WeightGrace { get; set; } = TimeSpan.FromHours(24);
    /// <summary>Where this silo's HTTP side is; set when it listens.</summary>
    public string HttpAddress { get; set; } = "";
    /// <summary>Key of the tickets, at least 32 bytes; random at each start unless given.</summary>
    public byte[] TicketKey { get; set; } = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
}
