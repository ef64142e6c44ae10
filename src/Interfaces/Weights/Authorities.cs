using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Learngene;

/// <summary>HTTP between silos, and between clients and silos: besides the certificates that this machine trusts, those of the cluster's own authorities are taken.</summary>
internal static class Authorities
{
    /// <summary>How requests are sent.</summary>
    /// <param name="file">PEM file of authorities; null or empty for none of one's own.</param>
    public static SocketsHttpHandler Handler(string? file)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (!string.IsNullOrEmpty(file)) handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 shown && IsOurs(file, shown, chain));
        return handler;
    }

    private static bool IsOurs(string file, X509Certificate2 shown, X509Chain? known)
    {
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true } };
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file); // each time, since files change
        if (known is not null) chain.ChainPolicy.ExtraStore.AddRange(known.ChainElements.Select(e => e.Certificate).ToArray());
        return chain.Build(shown);
    }
}
