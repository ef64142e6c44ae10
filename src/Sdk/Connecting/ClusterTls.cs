using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Learngene.Sdk.Connecting;

/// <summary>Who may be at the other end of a connection.</summary>
internal enum Peer
{
    /// <summary>A silo: its certificate is good for servers and for clients.</summary>
    Silo,
    /// <summary>A client or a silo: its certificate is good for clients.</summary>
    Any,
}

/// <summary>
/// TLS 1.3 between silos and clients, both sides with a certificate of the cluster's own authorities and of nobody else. Names in certificates
/// do not matter: to be in the cluster is to have one. Changed files are taken up by the next connection.
/// </summary>
/// <param name="files">Certificate, key and authorities.</param>
/// <param name="time">For how often files are looked at.</param>
internal sealed class ClusterTls(CertificateFiles files, TimeProvider time)
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1", ClientUse = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private Credentials _credentials = files.Read();
    private long _looked = time.GetTimestamp();

    /// <summary>Why the last handshake failed; null while none has.</summary>
    public string? LastRefusal { get; set; }

    /// <summary>Told when changed files cannot be used; the old ones stay in use.</summary>
    public Action<Exception>? OnUnusable { get; set; }

    /// <summary>How to take in a connection.</summary>
    /// <param name="peer">Who may come.</param><param name="refused">Told why a certificate is not taken.</param>
    public SslServerAuthenticationOptions Server(Peer peer, Action<string> refused)
    {
        var credentials = Current();
        return new()
        {
            ServerCertificateContext = credentials.Own, ClientCertificateRequired = true, EnabledSslProtocols = SslProtocols.Tls13, AllowRenegotiation = false, AllowTlsResume = false,
            CertificateChainPolicy = Policy(credentials, peer == Peer.Silo ? [ClientUse, ServerUse] : [ClientUse]), RemoteCertificateValidationCallback = Check(refused),
        };
    }

    /// <summary>How to make a connection to a silo.</summary>
    public SslClientAuthenticationOptions Client(Action<string> refused)
    {
        var credentials = Current();
        return new()
        {
            TargetHost = "learngene", ClientCertificateContext = credentials.Own, EnabledSslProtocols = SslProtocols.Tls13, AllowTlsResume = false,
            CertificateChainPolicy = Policy(credentials, [ServerUse]), RemoteCertificateValidationCallback = Check(refused),
        };
    }

    private Credentials Current()
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_looked) < s_look) return _credentials;
            _looked = time.GetTimestamp();
            try
            {
                if (files.Stamp != _credentials.Stamp) _credentials = files.Read();
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException) // perhaps half written: looked at again
            {
                OnUnusable?.Invoke(e);
            }
            return _credentials;
        }
    }

    private static X509ChainPolicy Policy(Credentials credentials, string[] uses)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(credentials.Authorities);
        foreach (string use in uses) policy.ApplicationPolicy.Add(new Oid(use));
        return policy;
    }

    private static RemoteCertificateValidationCallback Check(Action<string> refused) => (_, certificate, chain, errors) =>
    {
        var serious = errors & ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (certificate is not null && serious == SslPolicyErrors.None) return true;
        refused(certificate is null ? "it showed no certificate"
            : $"its certificate '{certificate.Subject}' is not taken: {string.Join(' ', chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct() ?? [])}");
        return false;
    };
}
