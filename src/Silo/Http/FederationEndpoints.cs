using Learngene.Clients;
using Learngene.Federation;

namespace Learngene.Silo.Http;

/// <summary>The federated client's side of the API: join, check in, leave. What is moved goes through <see cref="RoundEndpoints"/>.</summary>
internal static class FederationEndpoints
{
    private const string Federation = "/api/v1/federations/{federation}", Client = Federation + "/clients/{client}";
    private static readonly TimeSpan s_longestPatience = TimeSpan.FromSeconds(15);

    public static void MapFederations(this IEndpointRouteBuilder app)
    {
        app.MapGet(Federation, (string federation, IGrainFactory grains) => Api.AnswerAsync(async () =>
                Results.Json(await Grain(grains, federation).Terms(), Api.Json)))
            .WithName("terms").WithSummary("What a participant needs to know of a federation.").Produces<ClientTerms>().ProducesProblem(404);
        app.MapPut(Client, (string federation, string client, HttpRequest request, IGrainFactory grains) => Api.AnswerAsync(async () =>
                Results.Json(await Member(grains, federation, client).Join(await Api.ReadAsync<ClientProfile>(request)), Api.Json)))
            .WithName("join").WithSummary("Joins, or comes back; repeated, it answers the same.").Accepts<ClientProfile>("application/json").Produces<Membership>().ProducesProblem(400).ProducesProblem(404);
        app.MapPost(Client + "/check-in", (string federation, string client, double? wait, IGrainFactory grains) => Api.AnswerAsync(async () =>
            {
                var patience = TimeSpan.FromSeconds(Math.Clamp(wait is { } w && double.IsFinite(w) ? w : 0, 0, s_longestPatience.TotalSeconds));
                var order = await Member(grains, federation, client).CheckIn(patience);
                if (order is not null) return Results.Json(new CheckInAnswer(null, order), Api.Json);
                return Results.Json(new CheckInAnswer((await Grain(grains, federation).Get()).State, null), Api.Json);
            }))
            .WithName("check-in").WithSummary("Asks for work, and waits up to so many seconds for some.").Produces<CheckInAnswer>().ProducesProblem(404).ProducesProblem(409);
        app.MapGet(Client + "/initialisation", (string federation, string client, IGrainFactory grains) => Api.AnswerAsync(async () =>
                Results.Json(await Member(grains, federation, client).Initialise(), Api.Json)))
            .WithName("initialise").WithSummary("What initialises a member, now.").Produces<Initialisation>().ProducesProblem(404).ProducesProblem(409);
        app.MapDelete(Client, (string federation, string client, IGrainFactory grains) => Api.AnswerAsync(async () =>
            {
                await Grain(grains, federation).Terms(); // 404 where there is none
                await Member(grains, federation, client).Leave();
                return Results.NoContent();
            }))
            .WithName("leave").WithSummary("Leaves.").Produces(204).ProducesProblem(404);
    }

    private static IFederationGrain Grain(IGrainFactory grains, string federation) => grains.GetGrain<IFederationGrain>(Uri.UnescapeDataString(federation));

    private static IFederatedClientGrain Member(IGrainFactory grains, string federation, string client)
    {
        if (client.Length is 0 or > 100 || client.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            throw new RefusedException("a client's name is letters, digits, '.', '_' and '-', 100 characters at most.");
        return grains.GetGrain<IFederatedClientGrain>($"{Uri.UnescapeDataString(federation)}/{client}");
    }
}
