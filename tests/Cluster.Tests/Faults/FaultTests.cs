using Learngene.Cluster.Tests.Servers;
using Learngene.Grains.Tests.Durability;
using Learngene.Grains.Tests.Weights.S3;

namespace Learngene.Cluster.Tests.Faults;

/// <summary>Faults, each skipped where what it needs is missing.</summary>
public sealed class FaultTheoryAttribute : TheoryAttribute
{
    /// <summary>Of any.</summary>
    /// <param name="server">The type of the storage's server.</param><param name="fault">The fault that needs most.</param>
    public FaultTheoryAttribute(Type server, Fault fault = Fault.Kill) =>
        Skip = (server == typeof(PostgresServer) ? PostgresServer.WhyMissing : RedisServer.WhyMissing)
            ?? (fault is Fault.Bucket or Fault.Disk ? new S3FactAttribute().Skip : null) ?? (fault == Fault.Disk ? new SmallDiskFactAttribute().Skip : null);
}

/// <summary>Faults on PostgreSQL.</summary>
public sealed class PostgresFaultTests(FaultFixture<PostgresServer> fixture) : IClassFixture<FaultFixture<PostgresServer>>
{
    private const int Longest = 7_200_000;

    [FaultTheory(typeof(PostgresServer), Timeout = Longest), InlineData(Fault.Kill), InlineData(Fault.Freeze), InlineData(Fault.Drain), InlineData(Fault.KillAll), InlineData(Fault.Storage), InlineData(Fault.Partition), InlineData(Fault.Cut)]
    public Task Nothing_is_lost_or_counted_twice_on_PostgreSQL(Fault fault) => fixture.InflictAsync(fault);

    [FaultTheory(typeof(PostgresServer), Fault.Bucket, Timeout = Longest), InlineData(Fault.Bucket)]
    public Task Nothing_is_lost_when_the_bucket_is_away_on_PostgreSQL(Fault fault) => fixture.InflictAsync(fault);

    [FaultTheory(typeof(PostgresServer), Fault.Disk, Timeout = Longest), InlineData(Fault.Disk)]
    public Task Nothing_is_lost_when_a_disk_is_full_on_PostgreSQL(Fault fault) => fixture.InflictAsync(fault);
}

/// <summary>Faults on Redis.</summary>
public sealed class RedisFaultTests(FaultFixture<RedisServer> fixture) : IClassFixture<FaultFixture<RedisServer>>
{
    private const int Longest = 7_200_000;

    [FaultTheory(typeof(RedisServer), Timeout = Longest), InlineData(Fault.Kill), InlineData(Fault.Freeze), InlineData(Fault.Drain), InlineData(Fault.KillAll), InlineData(Fault.Storage), InlineData(Fault.Partition), InlineData(Fault.Cut)]
    public Task Nothing_is_lost_or_counted_twice_on_Redis(Fault fault) => fixture.InflictAsync(fault);

    [FaultTheory(typeof(RedisServer), Fault.Bucket, Timeout = Longest), InlineData(Fault.Bucket)]
    public Task Nothing_is_lost_when_the_bucket_is_away_on_Redis(Fault fault) => fixture.InflictAsync(fault);

    [FaultTheory(typeof(RedisServer), Fault.Disk, Timeout = Longest), InlineData(Fault.Disk)]
    public Task Nothing_is_lost_when_a_disk_is_full_on_Redis(Fault fault) => fixture.InflictAsync(fault);
}
