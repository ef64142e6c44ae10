namespace Learngene.Cluster.Tests.Faults;

/// <summary>What can happen to a cluster.</summary>
public enum Fault
{
    /// <summary>kill -9 of a silo.</summary>
    Kill,
    /// <summary>SIGSTOP of a silo for ten seconds; then it comes back.</summary>
    Freeze,
    /// <summary>SIGTERM of a silo.</summary>
    Drain,
    /// <summary>kill -9 of all silos at once.</summary>
    KillAll,
    /// <summary>The storage's server crashes and is started again.</summary>
    Storage,
    /// <summary>The network parts a silo from everybody, from the other silos or from the storage for ten seconds.</summary>
    Partition,
    /// <summary>All connections are reset, three times.</summary>
    Cut,
    /// <summary>The S3 server is killed and started again.</summary>
    Bucket,
    /// <summary>The disk of a silo is full for ten seconds.</summary>
    Disk,
}
