namespace Learngene.Silo.Http;

/// <summary>
/// Loopback without a token is still not open to web pages: the Host header must name this machine (no DNS rebinding), and a request
/// that changes something must not come from a page of another origin.
/// </summary>
internal static class LoopbackOnly
{
    private static readonly string[] s_hosts = ["127.0.0.1", "localhost", "[::1]"];

    /// <summary>Checks every request; with <paramref name="open"/> paths others may come to as well, where a token or a ticket says who they are.</summary>
    public static void UseLoopbackOnly(this WebApplication app, params string[] open) => app.Use(async (context, next) =>
    {
        if (!open.Any(p => context.Request.Path.StartsWithSegments(p)) && (Stranger(context) ?? Refusal(context.Request)) is { } reason)
            await Results.Problem(reason, statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
        else
            await next(context);
    });

    private static string? Stranger(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && !System.Net.IPAddress.IsLoopback(address) ? "this is served to this machine alone." : null;

    private static string? Refusal(HttpRequest request)
    {
        if (!s_hosts.Contains(request.Host.Host)) return $"host '{request.Host.Host}' is not this machine; use 127.0.0.1.";
        bool reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        string origin = request.Headers.Origin.ToString();
        return reads || origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}" ? null : $"origin '{origin}' may not change anything here.";
    }
}
