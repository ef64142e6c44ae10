using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Learngene.Sdk.Weights;

/// <summary>Moves files through a silo's HTTP door: in parts where a transfer breaks off, verified by their hash.</summary>
public sealed partial class WeightsClient : IDisposable
{
    private const int Tries = 5, Buffer = 1 << 18;
    private readonly IGrainFactory _grains;
    private readonly HttpClient _http;

    internal WeightsClient(IGrainFactory grains, string? authorities) => (_grains, _http) = (grains, new(Authorities.Handler(authorities)) { Timeout = Timeout.InfiniteTimeSpan });

    /// <summary>Downloads a file; what an interrupted download left beside it is gone on with.</summary>
    /// <param name="weights">The file wanted.</param><param name="file">Where to; appears whole or not at all.</param>
    /// <param name="progress">Bytes there so far.</param><param name="token">Stops; the part so far is kept.</param>
    /// <exception cref="InvalidDataException">What came has another hash.</exception>
    public async Task DownloadAsync(WeightRef weights, string file, IProgress<long>? progress = null, CancellationToken token = default)
    {
        string part = $"{file}.{weights.Sha256[..12]}.part";
        for (int tried = 1; ; tried++)
            try
            {
                await FetchRestAsync(weights, part, progress, token);
                break;
            }
            catch (Exception e) when (tried < Tries && IsPassing(e) && !token.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200 << tried), token);
            }
        if (await HashAsync(part, token) != weights.Sha256)
        {
            File.Delete(part);
            throw new InvalidDataException($"the file that came for {weights.Sha256} has another hash and was thrown away; try again.");
        }
        File.Move(part, file, overwrite: true);
    }

    /// <summary>Uploads a file, unless the store has it already; goes on where an interrupted upload stopped.</summary>
    /// <param name="file">The file.</param><param name="progress">Bytes sent so far.</param><param name="token">Gives up.</param>
    /// <returns>What it is called in the store.</returns>
    public async Task<WeightRef> UploadAsync(string file, IProgress<long>? progress = null, CancellationToken token = default)
    {
        var weights = new WeightRef(await HashAsync(file, token), new FileInfo(file).Length);
        for (int tried = 1; ; tried++)
            try
            {
                if (await Retry.CallAsync(() => Door.Write(weights), token) is { } ticket) await SendRestAsync(weights, ticket.Url, file, progress, token);
                return weights;
            }
            catch (Exception e) when (tried < Tries && IsPassing(e) && !token.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200 << tried), token);
            }
    }

    private async Task FetchRestAsync(WeightRef weights, string part, IProgress<long>? progress, CancellationToken token)
    {
        await using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, Buffer);
        long there = target.Length <= weights.Length ? target.Length : 0;
        target.SetLength(there);
        target.Position = there;
        if (there == weights.Length) return;
        var ticket = await Retry.CallAsync(() => Door.Read(weights), token);
        using var request = new HttpRequestMessage(HttpMethod.Get, ticket.Url);
        if (there > 0) request.Headers.Range = new RangeHeaderValue(there, null);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
        await RequireSuccessAsync(response, token);
        if (there > 0 && response.StatusCode != HttpStatusCode.PartialContent)
        {
            target.SetLength(0);
            target.Position = 0;
        }
        await using var source = await response.Content.ReadAsStreamAsync(token);
        byte[] buffer = new byte[Buffer];
        while (await source.ReadAsync(buffer, token) is var read and > 0)
        {
            await target.WriteAsync(buffer.AsMemory(0, read), token);
            progress?.Report(target.Position);
        }
        if (target.Position < weights.Length)
            throw new HttpRequestException($"the connection broke off after {target.Position} of {weights.Length} bytes.");
    }

    private async Task SendRestAsync(WeightRef weights, string url, string file, IProgress<long>? progress, CancellationToken token)
    {
        using var ask = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, url), token);
        long there = ask.Headers.TryGetValues("Upload-Offset", out var offset) ? long.Parse(offset.Single()) : 0;
        if (there == weights.Length) return;
        await using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, Buffer);
        source.Position = there;
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new StreamContent(source, Buffer) };
        request.Content.Headers.ContentLength = weights.Length - there;
        request.Content.Headers.ContentRange = new ContentRangeHeaderValue(there, weights.Length - 1, weights.Length);
        using var response = await _http.SendAsync(request, token);
        await RequireSuccessAsync(response, token);
        progress?.Report(weights.Length);
    }

    private IWeightDoorGrain Door => _grains.GetGrain<IWeightDoorGrain>(0);

    // The silo's own sentence, where it gives one.
    private static async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken token)
    {
        if (response.IsSuccessStatusCode) return;
        string? detail = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(token));
            detail = problem.RootElement.TryGetProperty("detail", out var said) ? said.GetString() : null;
        }
        throw new HttpRequestException(detail ?? $"the silo answered {(int)response.StatusCode} {response.ReasonPhrase}.", null, response.StatusCode);
    }

    // A broken connection or a busy silo is worth another try; a refusal, a rotten file or a full disk, here or there, is not.
    private static bool IsPassing(Exception e) => e switch
    {
        HttpRequestException { StatusCode: null or HttpStatusCode.Conflict or HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable } => true,
        HttpIOException => true,
        IOException => e.InnerException is System.Net.Sockets.SocketException,
        _ => false,
    };

    private static async Task<string> HashAsync(string file, CancellationToken token)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, Buffer);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, token));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
