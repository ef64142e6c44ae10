using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Learngene.Clients;
using Learngene.Grains.Tests.Federation;
using Learngene.Sdk;
using Learngene.Sdk.Clients;
using Learngene.Silo.Hosting;

namespace Learngene.Grains.Tests.Http;

/// <summary>A silo that asks for tokens: what a ticket opens, it opens for the client whose token comes with it.</summary>
public sealed class TokenTests : IDisposable
{
    private const string Name = "with/tokens";
    private readonly string _folder = Directory.CreateTempSubdirectory("learngene-tokens-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task A_ticket_is_worth_nothing_without_its_clients_token()
    {
        var settings = new SiloSettings { DataDir = _folder, GatewayPort = 0, SiloPort = 0, HttpPort = 0, RequireTokens = true, Threads = 1 };
        await using var silo = await SiloHost.StartAsync(settings, quiet: true, default);
        await using var client = await LearngeneClient.ConnectAsync(silo.Gateway);
        await client.Data.AddAsync("fashion", SiloFixture.Images);
        await client.Federations.StartAsync(Specifications.Small(Name, "fedavg", 1, ("partition", new JsonObject { ["kind"] = "external" }), ("clientsPerRound", 1)));
        async Task<string> TokenAsync(string name) => (await client.Tokens.CreateAsync(Name, name)).Token;
        string one = await TokenAsync("one"), two = await TokenAsync("two");
        using var api = new FederationHttp(new Uri(silo.Http), Name, "one", one);
        await api.JoinAsync(new() { Samples = 5 });
        WorkOrder? work;
        while ((work = (await api.CheckInAsync()).Work) is null) { }

        using var http = new HttpClient();
        async Task<HttpStatusCode> PutAsync(string? token, string url)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(new byte[10]) };
            if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return (await http.SendAsync(request)).StatusCode;
        }
        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(null, work.Upload));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(two, work.Upload));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(one, work.Upload.Split('?')[0]));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PutAsync(one, work.Upload)); // it is read: ten bytes are no contribution
    }
}
