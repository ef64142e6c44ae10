using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Learngene.Cluster.Tests.Servers;
using Learngene.Sdk;
using Learngene.Sdk.Connecting;

namespace Learngene.Cluster.Tests.Security;

/// <summary>The attacker's list: each is refused or survived, and service goes on.</summary>
public sealed class AttackerTests(SecuredCluster secured) : IClassFixture<SecuredCluster>
{
    private static readonly TimeSpan s_promptly = TimeSpan.FromSeconds(2);

    public static TheoryData<string> Doors => ["gateway", "silo"];

    [PostgresTheory(Timeout = 60_000), MemberData(nameof(Doors))]
    public async Task Plain_TCP_is_refused(string door)
    {
        foreach (byte[] said in (byte[][])["GET / HTTP/1.1\r\n\r\n"u8.ToArray(), new byte[4096], [0x16, 3, 1, 0xFF, 0xFF, .. new byte[100]]])
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(Door(door));
            var stream = socket.GetStream();
            await stream.WriteAsync(said);
            await Assert.ThrowsAnyAsync<Exception>(async () => // an alert at most, then the end
            {
                for (int read = 0; read < 1_000;) read += await stream.ReadAsync(new byte[1_000]) is var n and > 0 ? n : throw new EndOfStreamException();
            }).WaitAsync(TimeSpan.FromSeconds(10));
        }
        await ServiceGoesOnAsync();
        await LoggedAsync($"at the {door} port");
    }

    [PostgresTheory(Timeout = 60_000), MemberData(nameof(Doors))]
    public async Task TLS_without_a_certificate_is_refused(string door)
    {
        await RefusedAsync(Door(door), null);
        await LoggedAsync("it showed no certificate");
    }

    [PostgresTheory(Timeout = 60_000), MemberData(nameof(Doors))]
    public async Task Expired_certificates_are_refused(string door)
    {
        await RefusedAsync(Door(door), secured.Authority.Expired());
        await LoggedAsync("its certificate 'CN=expired' is not taken");
    }

    [PostgresTheory(Timeout = 60_000), MemberData(nameof(Doors))]
    public async Task Certificates_of_another_authority_are_refused_even_of_one_with_the_same_name(string door)
    {
        using var foreign = new CertificateAuthority();
        await RefusedAsync(Door(door), foreign.Silo);
        await LoggedAsync("its certificate 'CN=silo' is not taken");
    }

    [PostgresFact(Timeout = 60_000)]
    public async Task A_client_is_not_taken_for_a_silo()
    {
        await using (await SecuredCluster.KnockAsync(secured.Gateway, secured.Authority.Client)) { }
        await RefusedAsync(secured.SiloPort, secured.Authority.Client);
    }

    [PostgresFact(Timeout = 60_000)]
    public async Task A_client_that_is_refused_hears_why_in_bounded_time()
    {
        using var foreign = new CertificateAuthority("somebody else");
        var connection = secured.Cluster.Connection();
        var plain = await Assert.ThrowsAsync<SiloUnreachableException>(() => LearngeneClient.ConnectAsync(new ClusterConnection { Cluster = connection.Cluster, ClusterId = connection.ClusterId })).WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Contains("no silo answers", plain.Message);
        var notTaken = await Assert.ThrowsAsync<SiloUnreachableException>(() => LearngeneClient.ConnectAsync(connection with { Certificate = foreign.Client.Certificate, Key = foreign.Client.Key })).WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Contains("with TLS", notTaken.Message);
        var distrusts = await Assert.ThrowsAsync<SiloUnreachableException>(() => LearngeneClient.ConnectAsync(connection with { Authorities = foreign.File })).WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Contains("'CN=silo' is not taken", distrusts.Message);
        Assert.Contains("go together", (await Assert.ThrowsAsync<FormatException>(() => LearngeneClient.ConnectAsync(connection with { Key = null }))).Message);
    }

    [PostgresTheory(Timeout = 120_000), MemberData(nameof(Doors))]
    public async Task Two_thousand_half_open_connections_are_closed_and_nobody_notices(string door)
    {
        var sockets = new List<TcpClient>();
        for (int i = 0; i < 2_000; i++)
        {
            var socket = new TcpClient();
            await socket.ConnectAsync(Door(door));
            sockets.Add(socket);
            if (i % 2 == 0) await socket.GetStream().WriteAsync(new byte[] { 0x16, 3, 1 }); // half of a record's header
            if (i % 200 == 0) await ServiceGoesOnAsync();
        }
        await ServiceGoesOnAsync();
        await using (await LearngeneClient.ConnectAsync(secured.Cluster.Connection())) { } // a newcomer gets in beside them
        foreach (var socket in sockets)
        {
            await ClosedAsync(socket).WaitAsync(TimeSpan.FromSeconds(30));
            socket.Dispose();
        }
        await ServiceGoesOnAsync();
    }

    [PostgresTheory(Timeout = 60_000), MemberData(nameof(Doors))]
    public async Task Messages_that_cannot_be_end_the_connection_of_whoever_sends_them(string door)
    {
        foreach (var (header, body) in ((int, int)[])[(8, int.MaxValue), (int.MaxValue, 8), (-1, 8), (0, 0)])
        {
            await using var insider = await SecuredCluster.KnockAsync(Door(door), secured.Authority.Silo);
            byte[] frame = new byte[64];
            BinaryPrimitives.WriteInt32LittleEndian(frame, header);
            BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), body);
            await insider.WriteAsync(frame);
            var end = Task.Run(async () =>
            {
                byte[] buffer = new byte[4096];
                while (await insider.ReadAsync(buffer) > 0) { }
            });
            Assert.True(await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(20))) == end, $"header {header}, body {body}: the connection is still open.");
        }
        await ServiceGoesOnAsync();
    }

    private IPEndPoint Door(string door) => door == "gateway" ? secured.Gateway : secured.SiloPort;

    private static async Task ClosedAsync(TcpClient socket)
    {
        try
        {
            byte[] buffer = new byte[1_000];
            while (await socket.GetStream().ReadAsync(buffer) > 0) { }
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
    }

    private async Task RefusedAsync(IPEndPoint door, Party? party)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => SecuredCluster.KnockAsync(door, party)).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(refusal is AuthenticationException or IOException, refusal.ToString());
        await ServiceGoesOnAsync();
    }

    private async Task ServiceGoesOnAsync()
    {
        long began = Stopwatch.GetTimestamp();
        await secured.Cluster.Client.StatusAsync();
        await secured.Cluster.Client.Data.ListAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, s_promptly);
    }

    // A log travels through a pipe, so it may take a moment.
    private Task LoggedAsync(string words) => Programs.UntilAsync(() => Task.FromResult(secured.Cluster.Silos.Any(s => s.Log.Contains(words))), $"'{words}' in the log");
}
