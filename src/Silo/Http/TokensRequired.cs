using System.Security.Cryptography;
using System.Text;
using Learngene.Clients;
using Learngene.Grains.Federation.Rounds;

namespace Learngene.Silo.Http;

/// <summary>
/// Who comes by HTTP from elsewhere says who it is: a bearer token, bound to a federation and perhaps to a client's name. A ticket of a round
/// opens nothing without its client's token, but for the silo's own clients; tickets for weights are worth just that transfer.
/// </summary>
internal static class TokensRequired
{
    private const string Prefix = "Bearer lg_";

    public static void UseTokens(this WebApplication app) => app.Use(async (context, next) =>
    {
        var claim = context.RequestServices.GetRequiredService<RoundTickets>().Read(context.Request.Query["ticket"]);
        if (context.GetEndpoint() is not null && context.Request.Path.StartsWithSegments("/api") && claim is not { Hosted: true } && await RefusalAsync(context, claim?.Client) is { } refusal)
        {
            if (refusal.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
            await Results.Problem(refusal.Reason, statusCode: refusal.Status).ExecuteAsync(context);
        }
        else await next(context);
    });

    private static async Task<(int Status, string Reason)?> RefusalAsync(HttpContext context, string? ticketOf)
    {
        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.Ordinal) || header.Length > 200 || header[Prefix.Length..].Split('_') is not [var id, var secret])
            return (StatusCodes.Status401Unauthorized, "a token is needed: 'Authorization: Bearer lg_...'; 'learngene tokens create' makes one.");
        if (id.Length is 0 or > 40 || !id.All(char.IsAsciiLetterOrDigit)) return (StatusCodes.Status401Unauthorized, "the token is not one.");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
        var info = await context.RequestServices.GetRequiredService<IGrainFactory>().GetGrain<ITokenGrain>(id).Check(hash);
        if (info is null) return (StatusCodes.Status401Unauthorized, "the token is unknown, revoked or expired.");
        string federation = Uri.UnescapeDataString((string?)context.GetRouteValue("federation") ?? ""), client = ticketOf ?? (string?)context.GetRouteValue("client") ?? "";
        if (info.Federation != federation) return (StatusCodes.Status403Forbidden, $"the token is for federation '{info.Federation}'.");
        return info.Client is { } only && client.Length > 0 && only != client ? (StatusCodes.Status403Forbidden, $"the token is for client '{only}'.") : null;
    }
}
