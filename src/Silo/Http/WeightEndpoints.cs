using System.Globalization;
using Learngene.Grains.Weights;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Learngene.Silo.Http;

/// <summary>The door for bytes: a ticket opens it for one transfer. Ranges on the way out, resumption both ways, nothing buffered.</summary>
internal static class WeightEndpoints
{
    private const string Route = "/weights/{sha256}";

    public static void MapWeights(this WebApplication app)
    {
        app.MapMethods(Route, ["GET", "HEAD"], GetAsync);
        app.MapPut(Route, PutAsync);
    }

    private static async Task<IResult> GetAsync(string sha256, string? ticket, HttpContext context, IWeightStore store, Tickets tickets)
    {
        if (HttpMethods.IsHead(context.Request.Method) && tickets.Check(ticket, "put", sha256) is { } upload)
        {
            // All bytes came, but the process ended before they were checked: do that now.
            if (await store.ReceivedAsync(upload) == upload.Length && !await store.ExistsAsync(upload)) await FinishAsync(store, upload, context.RequestAborted);
            context.Response.Headers["Upload-Offset"] = (await store.ReceivedAsync(upload)).ToString(CultureInfo.InvariantCulture);
            return Results.Ok();
        }
        if (tickets.Check(ticket, "get", sha256) is not { } weights) return Forbidden();
        try
        {
            return Results.Stream(await store.OpenAsync(weights, context.RequestAborted), "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{sha256}\""), enableRangeProcessing: true);
        }
        catch (WeightNotFoundException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status404NotFound);
        }
        catch (CorruptWeightException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status410Gone);
        }
        catch (IOException e) // what is elsewhere did not come
        {
            return Results.Problem(e.Message, statusCode: Status(e, otherwise: StatusCodes.Status503ServiceUnavailable));
        }
    }

    private static async Task<IResult> PutAsync(string sha256, string? ticket, HttpContext context, IWeightStore store, Tickets tickets)
    {
        if (tickets.Check(ticket, "put", sha256) is not { } weights) return Forbidden();
        var request = context.Request;
        var range = request.GetTypedHeaders().ContentRange;
        long offset = range?.From ?? 0;
        if (request.ContentLength is not { } length) return Results.Problem("Content-Length is needed.", statusCode: StatusCodes.Status411LengthRequired);
        if (offset + length > weights.Length || (range?.Length is { } total && total != weights.Length))
            return Results.Problem($"{length} bytes from {offset} on are more than the {weights.Length} of the ticket.", statusCode: StatusCodes.Status413PayloadTooLarge);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = length;
        try
        {
            bool whole = await store.AppendAsync(weights, offset, request.Body, context.RequestAborted);
            context.Response.Headers["Upload-Offset"] = (await store.ReceivedAsync(weights)).ToString(CultureInfo.InvariantCulture);
            return whole ? Results.StatusCode(StatusCodes.Status201Created) : Results.NoContent();
        }
        catch (ArgumentOutOfRangeException)
        {
            return Results.Problem($"the upload stands at {await store.ReceivedAsync(weights)}, not at {offset}.", statusCode: StatusCodes.Status409Conflict);
        }
        catch (WeightMismatchException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        catch (IOException e) when (e is not Microsoft.AspNetCore.Connections.ConnectionResetException && !context.RequestAborted.IsCancellationRequested)
        {
            return Results.Problem(e.Message, statusCode: Status(e, otherwise: StatusCodes.Status409Conflict));
        }
    }

    private static int Status(IOException e, int otherwise) =>
        e is WeightStoreUnavailableException ? StatusCodes.Status503ServiceUnavailable : e.IsDiskFull() ? StatusCodes.Status507InsufficientStorage : otherwise;

    private static async Task FinishAsync(IWeightStore store, WeightRef upload, CancellationToken token)
    {
        try
        {
            await store.AppendAsync(upload, upload.Length, Stream.Null, token);
        }
        catch (WeightMismatchException)
        {
            // Thrown away; it begins again at 0.
        }
    }

    private static IResult Forbidden() => Results.Problem("the ticket is missing, expired, or for something else.", statusCode: StatusCodes.Status403Forbidden);
}
