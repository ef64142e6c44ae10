using System.Security.Cryptography.X509Certificates;
using Learngene.Cluster.Tests.Servers;
using Learngene.Sdk;

namespace Learngene.Cluster.Tests.Security;

[Collection(OnPostgres.Name)]
public sealed class CertificateTests(PostgresServer server)
{
    [PostgresFact(Timeout = 120_000)]
    public async Task Certificates_are_changed_without_a_restart()
    {
        using var authority = new CertificateAuthority();
        await using var cluster = new SiloCluster("postgres", await server.NewDatabaseAsync(), authority);
        await cluster.StartAsync(1);
        var gateway = System.Net.IPEndPoint.Parse(cluster.Gateways);
        string before = await ShownAsync(gateway, authority);
        authority.Issue("silo", ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
        await Programs.UntilAsync(async () => await ShownAsync(gateway, authority) != before, "the new certificate");
        await File.WriteAllTextAsync(authority.Silo.Key, "not a key"); // an operator's mistake costs nothing but a line in the log
        await Programs.UntilAsync(async () => await ShownAsync(gateway, authority) != before && cluster.Silos[0].Log.Contains("cannot be used"), "the line in the log");
        await using var client = await LearngeneClient.ConnectAsync(cluster.Connection());
        await client.StatusAsync();
    }

    [PostgresFact(Timeout = 180_000)]
    public async Task Files_and_rounds_travel_over_TLS_that_the_cluster_s_own_authority_vouches_for()
    {
        using var authority = new CertificateAuthority();
        await using var cluster = new SiloCluster("postgres", await server.NewDatabaseAsync(), authority);
        await cluster.StartAsync(2);
        Assert.All(cluster.Silos, s => Assert.StartsWith("https://", s.Http));
        await Serving.Tell.AllOfItAsync(cluster);
        // Clients are on both silos, the rounds on one: half of what is contributed comes from the other.
        var ended = await cluster.Client.Federations.WaitAsync((await cluster.Client.Federations.StartAsync(Serving.Work.Federation("tls"))).Name);
        Assert.All(await cluster.Client.Federations.HistoryAsync("tls"), r => Assert.Empty(r.Dropped));
        Assert.Equal(Federation.FederationState.Completed, ended.State);
    }

    [PostgresFact(Timeout = 120_000)]
    public async Task A_cluster_in_production_does_not_start_without_TLS()
    {
        var environment = new Dictionary<string, string> { ["LEARNGENE_CONNECTION"] = await server.NewDatabaseAsync(), ["DOTNET_ENVIRONMENT"] = "Production" };
        string[] serve = ["serve", "--clustering", "postgres", "--shared-dir", Path.GetTempPath(), "--data-dir", Directory.CreateTempSubdirectory().FullName, "--gateway-port", "0", "--silo-port", "0", "--http-port", "0"];
        var refused = await SiloProcess.RunAsync(environment, serve);
        Assert.Equal(2, refused.Code);
        Assert.Contains("needs TLS between silos", refused.Text);
        var open = await SiloProcess.RunAsync(environment, [.. serve, "--listen-address", "0.0.0.0", "--advertised-address", "127.0.0.1"]);
        Assert.Equal(2, open.Code);
        Assert.Contains("is not loopback, so silo and gateway need TLS", open.Text);
        var unmigrated = await SiloProcess.RunAsync(environment, [.. serve, "--insecure-cluster", "true"]);
        Assert.Equal(2, unmigrated.Code);
        Assert.Contains("run 'learngene-silo migrate'", unmigrated.Text);
        Assert.DoesNotContain(PostgresServer.Password, refused.Text + open.Text + unmigrated.Text);
    }

    private static async Task<string> ShownAsync(System.Net.IPEndPoint gateway, CertificateAuthority authority)
    {
        await using var ssl = await SecuredCluster.KnockAsync(gateway, authority.Client);
        return ((X509Certificate2)ssl.RemoteCertificate!).Thumbprint;
    }
}
