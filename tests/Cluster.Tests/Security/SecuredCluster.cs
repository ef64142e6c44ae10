using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Learngene.Cluster.Tests.Servers;

namespace Learngene.Cluster.Tests.Security;

/// <summary>Two silos with TLS in production, shared by the tests of attackers.</summary>
public sealed class SecuredCluster : IAsyncLifetime
{
    private readonly PostgresServer _server = new();

    internal CertificateAuthority Authority { get; } = new();
    internal SiloCluster Cluster { get; private set; } = null!;
    internal IPEndPoint Gateway => IPEndPoint.Parse(Cluster.Silos[0].Gateway);
    internal IPEndPoint SiloPort { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (PostgresServer.WhyMissing is not null) return;
        await _server.InitializeAsync();
        Cluster = new("postgres", _server.Connection(), Authority);
        await Cluster.StartAsync(2);
        SiloPort = IPEndPoint.Parse((await Cluster.Client.StatusAsync()).Address);
    }

    public async Task DisposeAsync()
    {
        if (Cluster is not null) await Cluster.DisposeAsync();
        await _server.DisposeAsync();
        Authority.Dispose();
    }

    /// <summary>An attacker's TLS connection; whoever answers is believed. Returns once the other side has taken or refused it.</summary>
    internal static async Task<SslStream> KnockAsync(IPEndPoint door, Party? party)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(door);
        var ssl = new SslStream(socket.GetStream());
        await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "learngene", EnabledSslProtocols = SslProtocols.Tls13, RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificateContext = party is null ? null : SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(party.Certificate, party.Key), null, offline: true),
        });
        if (await ssl.ReadAsync(new byte[1]) != 1) throw new AuthenticationException("closed");
        return ssl;
    }
}
