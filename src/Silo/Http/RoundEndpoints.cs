using Learngene.Clients;
using Learngene.Federation;
using Learngene.Grains.Federation;
using Learngene.Grains.Federation.Rounds;
using Microsoft.AspNetCore.Http.Features;
using MinDataRate = Microsoft.AspNetCore.Server.Kestrel.Core.MinDataRate;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Learngene.Silo.Http;

/// <summary>The door for what rounds move: a ticket opens it for one client, one round and one direction.</summary>
internal static class RoundEndpoints
{
    private const string Federation = "/api/v1/federations/{federation}", Round = Federation + "/rounds/{round:int}";

    private const int MostTooLong = 1 << 20;
    private static readonly MinDataRate s_slowest = new(bytesPerSecond: 8 * 1024, gracePeriod: TimeSpan.FromSeconds(20));

    public static void MapRounds(this IEndpointRouteBuilder app)
    {
        app.MapGet(Round, Download).WithName("download").WithSummary("What a round starts from; ranges are served.")
            .Produces(200, contentType: "application/octet-stream").ProducesProblem(403).ProducesProblem(409);
        app.MapPut(Round, ContributeAsync).WithName("contribute").WithSummary("Contributes to a round; answered when the contribution is on the disk. Repeated, it counts once.")
            .Accepts<byte[]>("application/octet-stream").Produces<ContributionReceipt>()
            .ProducesProblem(403).ProducesProblem(408).ProducesProblem(409).ProducesProblem(411).ProducesProblem(413).ProducesProblem(422).ProducesProblem(507);
        app.MapGet(Federation + "/initialisation", InitialiseAsync).WithName("download-initialisation").WithSummary("What initialises a newcomer.")
            .Produces(200, contentType: "application/octet-stream").ProducesProblem(403).ProducesProblem(404);
    }

    private static IResult Download(string federation, int round, string? ticket, OpenRounds rounds, RoundTickets tickets)
    {
        if (Claim(tickets, ticket, "get", federation) is not { } claim || claim.Round != round) return Forbidden();
        if (rounds.Of(claim.Federation) is not { } open || open.Terms.Round != round) return Closed(round);
        if (open.DownloadBytes(claim.Cohort) == 0)
            return Results.Problem($"round {round} starts from the common seed; there is nothing to download.", statusCode: StatusCodes.Status404NotFound);
        return open.Download(claim.Cohort) is { } bytes ? new Moved(bytes, $"\"{round}-{claim.Cohort}\"") : Closed(round);
    }

    private static async Task<IResult> ContributeAsync(string federation, int round, string? ticket, HttpContext context, OpenRounds rounds, RoundTickets tickets)
    {
        if (Claim(tickets, ticket, "put", federation) is not { } claim || claim.Round != round) return Forbidden();
        if (context.Request.ContentLength is not { } length) return Results.Problem("Content-Length is needed.", statusCode: StatusCodes.Status411LengthRequired);
        if (rounds.Of(claim.Federation) is not { } open || open.Terms.Round != round) return Closed(round);
        // A little too long is read to its end, so that the sender hears why; much too long is broken off.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Math.Min(length, claim.Limit + MostTooLong);
        // What comes in takes room that others wait for: who sends slowly is let go, by the server itself.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = s_slowest;
        ContributionAnswer answer;
        try
        {
            answer = await open.ContributeAsync(claim.Client, claim.Cohort, claim.Samples, length, context.Request.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException) // the sender broke off, was too slow, or lied about the length
        {
            return Results.Problem($"the contribution broke off: {e.Message}", statusCode: (e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest);
        }
        return answer.Counts
            ? Results.Json(new ContributionReceipt(true, answer.Outcome == ContributionOutcome.Already), Api.Json)
            : Results.Problem(answer.Reason, statusCode: answer.Outcome switch
            {
                ContributionOutcome.Invalid => StatusCodes.Status422UnprocessableEntity,
                ContributionOutcome.TooLong => StatusCodes.Status413PayloadTooLarge,
                ContributionOutcome.Storage => StatusCodes.Status507InsufficientStorage,
                _ => StatusCodes.Status409Conflict,
            });
    }

    private static async Task<IResult> InitialiseAsync(string federation, string? ticket, IGrainFactory grains, FederationWorkshop workshop, RoundTickets tickets)
    {
        if (Claim(tickets, ticket, "initialise", federation) is not { } claim) return Forbidden();
        return await Api.AnswerAsync(async () =>
        {
            var status = await grains.GetGrain<IFederationGrain>(claim.Federation).Get();
            var running = workshop.Of(claim.Federation, await grains.GetGrain<IFederationGrain>(claim.Federation).Terms());
            // The learngene as it is now, which may be newer than when the ticket was given.
            byte[]? bytes = await workshop.WithModelAsync(running, new(status.Round, status.ModelEpoch), Math.Max(1, status.Cohorts.Count), m => m.Initialisation(claim.Cohort));
            return bytes is null
                ? Results.Problem("the learngene still is the common seed; there is nothing to download.", statusCode: StatusCodes.Status404NotFound)
                : new Moved(new(bytes));
        });
    }

    private static RoundClaim? Claim(RoundTickets tickets, string? ticket, string verb, string federation) =>
        tickets.Check(ticket, verb) is { } claim && claim.Federation == Uri.UnescapeDataString(federation) ? claim : null;

    private static IResult Closed(int round) => Results.Problem($"round {round} is not in progress here; check in for work.", statusCode: StatusCodes.Status409Conflict);

    private static IResult Forbidden() => Results.Problem("the ticket is missing, expired, or for something else.", statusCode: StatusCodes.Status403Forbidden);
}
