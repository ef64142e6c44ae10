using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Learngene.Silo.Hosting;

namespace Learngene.Grains.Tests.Http;

/// <summary>A silo that serves others: TLS, tokens, and nothing else to them.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("learngene-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 60_000)]
    public async Task On_another_address_than_loopback_http_is_served_with_its_certificate_and_asks_for_tokens()
    {
        var (certificate, key, thumbprint) = Certificate();
        var settings = new SiloSettings
        {
            DataDir = Path.Combine(_folder, "data"), GatewayPort = 0, SiloPort = 0, HttpPort = 0, HttpAddress = "0.0.0.0", HttpCertificate = certificate, HttpKey = key, Threads = 1,
        };
        await using var silo = await SiloHost.StartAsync(settings, quiet: true, default);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == thumbprint };
        using var http = new HttpClient(handler) { BaseAddress = new UriBuilder(silo.Http) { Host = "127.0.0.1" }.Uri };
        Assert.Equal("https", http.BaseAddress!.Scheme);
        Assert.Equal("live", await http.GetStringAsync("/health/live"));
        using var refused = await http.GetAsync("/api/v1/federations/any");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("a token is needed", await refused.Content.ReadAsStringAsync());
        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/dashboard") { Headers = { Host = "learngene.example" } };
        using var hidden = await http.SendAsync(rebound);
        Assert.Equal(HttpStatusCode.Forbidden, hidden.StatusCode);
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetStringAsync($"http://127.0.0.1:{http.BaseAddress.Port}/health/live"));
    }

    private (string Certificate, string Key, string Thumbprint) Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        string certificate = Path.Combine(_folder, "certificate.pem"), keyFile = Path.Combine(_folder, "key.pem");
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificate, keyFile, made.Thumbprint);
    }
}
