using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Learngene.Sdk.Connecting;

/// <summary>PEM files of a party to a cluster.</summary>
/// <param name="Certificate">Its certificate, and after it those between it and an authority, where there are any.</param>
/// <param name="Key">The certificate's key.</param>
/// <param name="Authorities">Whose certificates are taken from others.</param>
internal sealed record CertificateFiles(string Certificate, string Key, string Authorities)
{
    /// <summary>Changes when one of the files does.</summary>
    public (DateTime, DateTime, DateTime) Stamp => (File.GetLastWriteTimeUtc(Certificate), File.GetLastWriteTimeUtc(Key), File.GetLastWriteTimeUtc(Authorities));

    /// <summary>Reads them.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">One is not what it should be, or certificate and key do not belong together.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    public Credentials Read()
    {
        var stamp = Stamp; // before reading: what changes meanwhile is read again
        var certificate = X509Certificate2.CreateFromPemFile(Certificate, Key);
        var between = new X509Certificate2Collection();
        between.ImportFromPemFile(Certificate);
        between.RemoveAt(0);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Authorities);
        if (authorities.Count == 0) throw new IOException($"'{Authorities}' holds no certificate.");
        return new(stamp, SslStreamCertificateContext.Create(certificate, between, offline: true), authorities);
    }
}

/// <summary>What was in the files.</summary>
internal sealed record Credentials((DateTime, DateTime, DateTime) Stamp, SslStreamCertificateContext Own, X509Certificate2Collection Authorities);
