using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Learngene.Cluster.Tests.Servers;

/// <summary>PEM files of one party.</summary>
internal sealed record Party(string Certificate, string Key);

/// <summary>An authority of the tests, with a certificate for a silo and one for a client.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-ca-").FullName;
    private readonly X509Certificate2 _own;

    public CertificateAuthority(string name = "Learngene test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
        File = Path.Combine(_directory, "ca.pem");
        System.IO.File.WriteAllText(File, _own.ExportCertificatePem());
        Silo = Issue("silo", [ServerUse, ClientUse]);
        Client = Issue("client", [ClientUse]);
        Http = Issue("http", [ServerUse]);
    }

    public string File { get; }
    public Party Silo { get; }
    public Party Client { get; }
    public Party Http { get; }

    /// <summary>A silo's certificate that is over since yesterday.</summary>
    public Party Expired() => Issue("expired", [ServerUse, ClientUse], -1);

    /// <summary>A certificate; written over the last of that name.</summary>
    public Party Issue(string name, string[] uses, int days = 10)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        var oids = new OidCollection();
        foreach (string use in uses) oids.Add(new Oid(use));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_own, DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(days), RandomNumberGenerator.GetBytes(16));
        var party = new Party(Path.Combine(_directory, $"{name}.pem"), Path.Combine(_directory, $"{name}.key"));
        System.IO.File.WriteAllText(party.Key, key.ExportPkcs8PrivateKeyPem());
        System.IO.File.WriteAllText(party.Certificate, issued.ExportCertificatePem());
        return party;
    }

    public void Dispose()
    {
        _own.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
