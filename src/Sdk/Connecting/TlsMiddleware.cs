using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;

namespace Learngene.Sdk.Connecting;

/// <summary>
/// Puts TLS under Orleans' connections. Once the server has taken the client's certificate it says so with one byte: in TLS 1.3 a client
/// would otherwise believe that it is in until its first answer fails. A handshake is done in five seconds or the connection is closed.
/// </summary>
internal static class TlsMiddleware
{
    private const byte Taken = 0x4C;
    private const int Buffer = 64 * 1024;
    private static readonly TimeSpan s_handshake = TimeSpan.FromSeconds(5);
    private static readonly StreamPipeReaderOptions s_reader = new(bufferSize: Buffer, leaveOpen: true);
    private static readonly StreamPipeWriterOptions s_writer = new(minimumBufferSize: Buffer, leaveOpen: true);

    /// <summary>For the side that connects.</summary>
    public static void UseClientTls(this IConnectionBuilder connections, ClusterTls tls, Action<string, string>? refused = null) => connections.Use(next => context =>
        RunAsync(context, next, tls, refused, throws: true, async (ssl, why, token) =>
        {
            await ssl.AuthenticateAsClientAsync(tls.Client(why), token);
            byte[] answer = new byte[1];
            if (await ssl.ReadAsync(answer, token) != 1 || answer[0] != Taken) throw new AuthenticationException("the silo closed the connection after the handshake; it may not take this certificate.");
        }));

    /// <summary>For the side that is connected to.</summary>
    public static void UseServerTls(this IConnectionBuilder connections, ClusterTls tls, Peer peer, Action<string, string> refused) => connections.Use(next => context =>
        RunAsync(context, next, tls, refused, throws: false, async (ssl, why, token) =>
        {
            await ssl.AuthenticateAsServerAsync(tls.Server(peer, why), token);
            await ssl.WriteAsync(new[] { Taken }, token);
            await ssl.FlushAsync(token);
        }));

    private static async Task RunAsync(
        ConnectionContext context, ConnectionDelegate next, ClusterTls tls, Action<string, string>? refused, bool throws, Func<SslStream, Action<string>, CancellationToken, Task> handshake)
    {
        var plain = context.Transport;
        await using var ssl = new SslStream(new DuplexPipeStream(plain));
        string? reason = null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
            limit.CancelAfter(s_handshake);
            await handshake(ssl, why => reason = why, limit.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException or ConnectionAbortedException)
        {
            string why = reason ?? (e is OperationCanceledException ? $"no handshake within {s_handshake.TotalSeconds} s" : Sentence(e));
            tls.LastRefusal = why;
            refused?.Invoke(context.RemoteEndPoint?.ToString() ?? "somewhere", why);
            context.Abort();
            if (throws) throw new ConnectionAbortedException($"TLS with {context.RemoteEndPoint} failed: {why}", e);
            return;
        }
        try
        {
            var secured = new Pipes(PipeReader.Create(ssl, s_reader), PipeWriter.Create(ssl, s_writer));
            context.Transport = secured;
            await next(context);
            await secured.Input.CompleteAsync();
            await secured.Output.CompleteAsync();
        }
        finally
        {
            context.Transport = plain;
        }
    }

    // OpenSSL's own words are inside.
    private static string Sentence(Exception e) => e.InnerException is { } inner && inner.Message.Length > 0 ? $"{e.Message} {inner.Message}" : e.Message;

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
