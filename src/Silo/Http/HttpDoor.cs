using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Learngene.Silo.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Learngene.Silo.Http;

/// <summary>Everything that is served by HTTP, and to whom.</summary>
internal static class HttpDoor
{
    // What is read ahead of a request that waits for its turn, and what of an answer waits for a slow client: of a thousand clients each.
    private const int RequestBuffer = 64 * 1024, ResponseBuffer = 4 * 1024, Backlog = 4096;
    // What the system keeps for a connection, each way; left to itself it gives a thousand uploads gigabytes, and when it has no more, all of them stall.
    private const int SystemBuffer = 128 * 1024;
    // Slower senders are let go; a contribution has a limit of its own besides.
    private static readonly MinDataRate s_slowest = new(bytesPerSecond: 1_000, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>What others call this silo.</summary>
    public static string Address(SiloSettings settings, int port) =>
        settings.PublicUrl.Length > 0 ? settings.PublicUrl
        : $"{(settings.HttpCertificate.Length > 0 ? "https" : "http")}://{(IPAddress.Any.ToString() == settings.HttpAddress ? "127.0.0.1" : settings.HttpAddress)}:{port}";

    public static void AddHttpDoor(this WebApplicationBuilder builder, SiloSettings settings, int port)
    {
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseSockets(o => 
        {
            (o.MaxReadBufferSize, o.MaxWriteBufferSize, o.Backlog) = (RequestBuffer, ResponseBuffer, Backlog);
            o.CreateBoundListenSocket = Bound;
        });
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MinRequestBodyDataRate = s_slowest;
            k.Limits.MaxRequestBufferSize = RequestBuffer;
            k.Listen(IPAddress.Parse(settings.HttpAddress), port, listen =>
            {
                if (settings.HttpCertificate.Length > 0) listen.UseHttps(X509Certificate2.CreateFromPemFile(settings.HttpCertificate, settings.HttpKey));
            });
        });
        builder.Services.AddOpenApi("v1", o => o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Learngene";
            document.Info.Description = "What federated clients and scripts call. Errors are problem details (RFC 9457) with one sentence in 'detail'.";
            return Task.CompletedTask;
        }));
        builder.Services.AddProblemDetails(o => o.CustomizeProblemDetails = c => c.ProblemDetails.Detail ??= c.ProblemDetails.Status switch
        {
            StatusCodes.Status404NotFound => "there is nothing at this address.",
            StatusCodes.Status405MethodNotAllowed => "this address does not take that method.",
            StatusCodes.Status415UnsupportedMediaType => "the content type must be application/json.",
            _ => null,
        });
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.NumberHandling = Api.Json.NumberHandling;
            foreach (var converter in Api.Json.Converters) o.SerializerOptions.Converters.Add(converter);
        });
    }

    // Connections have the buffers of the socket that accepts them.
    private static Socket Bound(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        (socket.ReceiveBufferSize, socket.SendBufferSize) = (SystemBuffer, SystemBuffer);
        return socket;
    }

    public static void UseHttpDoor(this WebApplication app, SiloSettings settings)
    {
        bool tokens = !settings.LoopbackHttp || settings.RequireTokens;
        if (settings.LoopbackHttp) app.UseLoopbackOnly();
        else app.UseLoopbackOnly("/api", "/weights", "/health");
        app.UseStatusCodePages();
        app.UseRouting();
        if (tokens) app.UseTokens();
        app.MapHealth();
        app.MapWeights();
        app.MapFederations();
        app.MapRounds();
        app.MapOpenApi("/openapi/{documentName}.json");
    }
}
