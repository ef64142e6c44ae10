using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Learngene.Clients;

namespace Learngene.Grains.Federation.Rounds;

/// <summary>How a hosted client reaches its round: in memory where the round is on this silo, by HTTP as any other client where it is not.</summary>
internal sealed class RoundDoor(OpenRounds rounds, RoundTickets tickets, LearngeneOptions options) : IDisposable
{
    private readonly HttpClient _http = new(Authorities.Handler(options.Authorities)) { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>What the client starts from, empty where that is the common seed; the caller disposes of it.</summary>
    public async Task<BytesInUse> DownloadAsync(string federation, WorkOrder order, CancellationToken token)
    {
        if (order.DownloadBytes == 0) return new(default);
        if (order.Inline is { } inline) return new(inline);
        return rounds.Of(federation) is { } open && open.Terms.Round == order.Round && open.Download(order.Cohort) is { } here
            ? here : new(await _http.GetByteArrayAsync(order.Download, token));
    }

    /// <summary>Contributes.</summary>
    public async Task<ContributionAnswer> ContributeAsync(string federation, string client, WorkOrder order, byte[] upload, CancellationToken token)
    {
        if (rounds.Of(federation) is { } open && open.Terms.Round == order.Round)
        {
            var claim = tickets.Check(TicketOf(order.Upload), "put") ?? throw new InvalidOperationException("the ticket of an order that was just given does not hold.");
            return await open.ContributeAsync(client, claim.Cohort, claim.Samples, upload.Length, new MemoryStream(upload), token);
        }
        using var content = new ByteArrayContent(upload);
        using var response = await _http.PutAsync(order.Upload, content, token);
        if (response.IsSuccessStatusCode) return new(ContributionOutcome.Accepted);
        var problem = await response.Content.ReadFromJsonAsync<JsonObject>(token);
        return new(ContributionOutcome.Late, (string?)problem?["detail"] ?? $"the silo answered {(int)response.StatusCode}.");
    }

    public void Dispose() => _http.Dispose();

    private static string TicketOf(string url) => url[(url.IndexOf("ticket=", StringComparison.Ordinal) + 7)..];
}
