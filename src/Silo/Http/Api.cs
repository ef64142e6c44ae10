using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Runtime;

namespace Learngene.Silo.Http;

/// <summary>How the API reads and answers: JSON that is bounded and strict, errors as problem details with one sentence.</summary>
internal static class Api
{
    private const int LongestJson = 1 << 20;

    /// <summary>camelCase, enums as words, unknown members refused.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, MaxDepth = 8, AllowDuplicateProperties = false, RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.Strict, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="BadHttpRequestException">It is too long, not JSON, or not what is expected.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request)
    {
        if (!request.HasJsonContentType()) throw new BadHttpRequestException("the content type must be application/json.", StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength is not { } length) throw new BadHttpRequestException("Content-Length is needed.", StatusCodes.Status411LengthRequired);
        if (length > LongestJson) throw new BadHttpRequestException($"a body of {length} bytes is not taken; {LongestJson} at most.", StatusCodes.Status413PayloadTooLarge);
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Json, request.HttpContext.RequestAborted) ?? throw new BadHttpRequestException("the body is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            string where = (e as JsonException)?.Path is { Length: > 2 } path ? $" at '{path[2..]}'" : "";
            throw new BadHttpRequestException($"the body cannot be read{where}: {e.Message.Split(" Path:")[0]}");
        }
    }

    /// <summary>Carries a request out; what it throws becomes a status and a sentence.</summary>
    public static async Task<IResult> AnswerAsync(Func<Task<IResult>> work)
    {
        try
        {
            return await work();
        }
        catch (BadHttpRequestException e)
        {
            return Results.Problem(e.Message, statusCode: e.StatusCode);
        }
        catch (RefusedException e)
        {
            return Results.Problem(e.Message, statusCode: Status(e));
        }
        catch (Exception e) when (e is TimeoutException or OrleansMessageRejectionException or SiloUnavailableException or StorageUnavailableException)
        {
            return Results.Problem($"the cluster is busy: {e.Message}", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static int Status(RefusedException e) =>
        e.Message.StartsWith("there is no", StringComparison.Ordinal) ? StatusCodes.Status404NotFound
        : e.Message.Contains("has not joined", StringComparison.Ordinal) || e.Message.Contains("has not formed", StringComparison.Ordinal) ? StatusCodes.Status409Conflict
        : StatusCodes.Status400BadRequest;
}
