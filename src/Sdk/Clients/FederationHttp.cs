using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Learngene.Clients;

namespace Learngene.Sdk.Clients;

/// <summary>The API refused a request.</summary>
/// <param name="status">HTTP status.</param><param name="detail">One sentence.</param>
public sealed class ApiException(HttpStatusCode status, string detail) : Exception(detail)
{
    /// <summary>HTTP status.</summary>
    public HttpStatusCode Status => status;

    /// <summary>Whether what was asked for is wrong: the federation, the token, or what the client says of itself.</summary>
    public bool IsWrong => Status is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound;

    /// <summary>Whether trying again later may help: the silo is starting, busy or full.</summary>
    public bool IsPassing => (int)Status >= 500 || Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
}

/// <summary>One client's side of a silo's HTTP API: all that an edge client needs, and nothing of Orleans.</summary>
public sealed class FederationHttp : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) }, RespectNullableAnnotations = true,
    };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15), s_longest = TimeSpan.FromMinutes(10);
    // A shorter body is sent at once; before a longer one the silo is asked whether it is wanted, and answers when it has room for it.
    private const int LongestAtOnce = 64 * 1024;
    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _servers;
    private readonly string _federation, _client;
    private int _at;

    /// <summary>A client of one federation.</summary>
    /// <param name="server">Address of a silo, such as https://learngene.example:8080.</param><param name="federation">Its name.</param><param name="client">The client's name.</param>
    /// <param name="token">The token, where the silo wants one.</param><param name="handler">How requests are sent; null (default) is as <see cref="NewHandler"/> does.</param>
    public FederationHttp(Uri server, string federation, string client, string? token = null, HttpMessageHandler? handler = null)
        : this([server], federation, client, token, handler) { }

    /// <summary>A client of one federation that knows several silos of the cluster.</summary>
    /// <param name="servers">Addresses of silos, one at least; the first is asked until <see cref="TryNext"/>.</param><param name="federation">Its name.</param>
    /// <param name="client">The client's name.</param><param name="token">The token, where the silos want one.</param>
    /// <param name="handler">How requests are sent; null (default) is as <see cref="NewHandler"/> does.</param>
    public FederationHttp(IReadOnlyList<Uri> servers, string federation, string client, string? token = null, HttpMessageHandler? handler = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(servers.Count);
        (_servers, _federation, _client) = (servers, Uri.EscapeDataString(federation), Uri.EscapeDataString(client));
        _http = handler is null ? new(NewHandler()) : new(handler, disposeHandler: false);
        _http.Timeout = s_longest;
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>How requests are sent unless a handler is given; several clients of one process may share one.</summary>
    public static SocketsHttpHandler NewHandler() => new() { Expect100ContinueTimeout = TimeSpan.FromMinutes(2) };

    /// <summary>From now on asks the next of the silos, after the last the first.</summary>
    public void TryNext() => _at = (_at + 1) % _servers.Count;

    private Uri Server => _servers[_at];

    /// <summary>What a participant needs to know.</summary>
    public Task<ClientTerms> TermsAsync(CancellationToken token = default) => AskAsync<ClientTerms>(() => new(HttpMethod.Get, Address("")), token);

    /// <summary>Joins, or comes back.</summary>
    public Task<Membership> JoinAsync(ClientProfile profile, CancellationToken token = default) =>
        AskAsync<Membership>(() => new(HttpMethod.Put, Address($"/clients/{_client}")) { Content = Body(profile) }, token);

    /// <summary>Asks for work, and waits up to 15 seconds for some.</summary>
    public Task<CheckInAnswer> CheckInAsync(CancellationToken token = default) =>
        AskAsync<CheckInAnswer>(() => new(HttpMethod.Post, Address(FormattableString.Invariant($"/clients/{_client}/check-in?wait={s_patience.TotalSeconds}"))), token);

    /// <summary>Asks for work without waiting for any.</summary>
    public Task<CheckInAnswer> CheckInNowAsync(CancellationToken token = default) => AskAsync<CheckInAnswer>(() => new(HttpMethod.Post, Address($"/clients/{_client}/check-in")), token);

    /// <summary>What initialises the client, now.</summary>
    public Task<Initialisation> InitialisationAsync(CancellationToken token = default) => AskAsync<Initialisation>(() => new(HttpMethod.Get, Address($"/clients/{_client}/initialisation")), token);

    /// <summary>Downloads what a ticket is for.</summary>
    /// <param name="url">As the silo gave it.</param><param name="length">Its length; another one is refused.</param><param name="token">Gives up.</param>
    public async Task<byte[]> DownloadAsync(string url, long length, CancellationToken token = default)
    {
        using var response = await SendAsync(() => new(HttpMethod.Get, Reachable(url)), token);
        if (response.Content.Headers.ContentLength is { } announced && announced != length)
            throw new ApiException(response.StatusCode, $"the download has {announced} bytes; {length} were announced.");
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(token);
        return bytes.LongLength == length ? bytes : throw new ApiException(response.StatusCode, $"the download has {bytes.LongLength} bytes; {length} were announced.");
    }

    /// <summary>Contributes; returns when the contribution is on the silo's disk.</summary>
    /// <exception cref="ApiException">409: the round is over; 422: it cannot be used.</exception>
    public Task<ContributionReceipt> ContributeAsync(string url, byte[] upload, CancellationToken token = default) => AskAsync<ContributionReceipt>(() => new(HttpMethod.Put, Reachable(url))
    {
        Content = new ByteArrayContent(upload) { Headers = { ContentType = new("application/octet-stream") } },
        Headers = { ExpectContinue = upload.Length > LongestAtOnce },
    }, token);

    /// <summary>Leaves.</summary>
    public async Task LeaveAsync(CancellationToken token = default) => (await SendAsync(() => new(HttpMethod.Delete, Address($"/clients/{_client}")), token)).Dispose();

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Uri Address(string path) => new(Server, $"/api/v1/federations/{_federation}{path}");

    // A silo that calls itself by a loopback address is reached as it was when that is not where we are.
    private Uri Reachable(string url)
    {
        var given = new Uri(url);
        return given.IsLoopback && !Server.IsLoopback ? new(Server, given.PathAndQuery) : given;
    }

    private static ByteArrayContent Body<T>(T value) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, s_json)) { Headers = { ContentType = new("application/json") } };

    private async Task<T> AskAsync<T>(Func<HttpRequestMessage> request, CancellationToken token)
    {
        using var response = await SendAsync(request, token);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(s_json, token) ?? throw new ApiException(response.StatusCode, "the silo answered null.");
        }
        catch (JsonException e)
        {
            throw new ApiException(response.StatusCode, $"the answer is not the API's: {e.Message}");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken token)
    {
        using var message = request();
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token);
        if (response.IsSuccessStatusCode) return response;
        using (response)
            throw new ApiException(response.StatusCode, await DetailAsync(response, token) ?? $"the silo answered {(int)response.StatusCode} {response.ReasonPhrase}.");
    }

    private static async Task<string?> DetailAsync(HttpResponseMessage response, CancellationToken token)
    {
        try
        {
            return (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(token))?["detail"];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            return null;
        }
    }
}
