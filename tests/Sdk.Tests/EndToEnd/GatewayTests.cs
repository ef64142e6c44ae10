using System.Net;
using System.Net.Sockets;

namespace Learngene.Sdk.Tests.EndToEnd;

/// <summary>A client that is told of several gateways, of which one answers.</summary>
[Collection(SiloCollection.Name)]
public sealed class GatewayTests(SiloFixture silo)
{
    // Orleans begins with any it knows, so that twelve tries would hardly all begin with one that answers.
    [Fact(Timeout = 60_000)]
    public async Task It_gets_in_each_time_whoever_else_is_gone()
    {
        string gone = Gone();
        foreach (string cluster in (string[])[$"{gone},{silo.Gateway}", $"{silo.Gateway},{gone}", $"{Gone()},{silo.Gateway},{gone}"])
            for (int tries = 0; tries < 4; tries++)
            {
                await using var client = await LearngeneClient.ConnectAsync(cluster);
                await client.StatusAsync();
            }
    }

    // Where nobody listens.
    private static string Gone()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"{listener.LocalEndpoint}";
    }
}
