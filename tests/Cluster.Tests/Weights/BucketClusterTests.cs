using Learngene.Cluster.Tests.Servers;
using Learngene.Cluster.Tests.Serving;
using Learngene.Grains.Tests.Weights.S3;

namespace Learngene.Cluster.Tests.Weights;

/// <summary>A test with PostgreSQL and an S3 server.</summary>
public sealed class PostgresAndS3FactAttribute : FactAttribute
{
    public PostgresAndS3FactAttribute() => Skip = new PostgresFactAttribute().Skip ?? new S3FactAttribute().Skip;
}

/// <summary>Silos without a common disk for weights: what one stores in the bucket all of them have.</summary>
[Collection(OnPostgres.Name)]
public sealed class BucketClusterTests(PostgresServer server)
{
    [PostgresAndS3Fact(Timeout = 240_000)]
    public async Task Three_silos_have_their_weights_in_a_bucket()
    {
        await using var bucket = await S3Server.StartAsync();
        await using var cluster = new SiloCluster("postgres", await server.NewDatabaseAsync(), null, bucket.Arguments("cluster"));
        await cluster.StartAsync(3);
        await Tell.AllOfItAsync(cluster);
        Assert.False(Directory.Exists(Path.Combine(cluster.Shared, "weights")));
        Assert.NotEmpty(bucket.Objects("cluster"));

        var ends = await Task.WhenAll(cluster.Client.Weights.VerifyAsync(), cluster.Client.Weights.CollectAsync(dryRun: false), cluster.Client.Weights.CollectAsync(dryRun: false));
        Assert.All(ends, e => Assert.Equal((WeightCareState.Completed, 0, 0), (e.State, e.Problems.Count, e.Changed))); // all of it is young
        Assert.InRange(ends[0].FilesDone, 1, 1000);
        Assert.DoesNotContain("aws_secret", string.Join('\n', cluster.Silos.Select(s => s.Log)), StringComparison.OrdinalIgnoreCase);
    }
}
