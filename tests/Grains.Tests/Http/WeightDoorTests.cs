using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Learngene.Grains.Weights;

namespace Learngene.Grains.Tests.Http;

[Collection(OneSilo.Name)]
public sealed class WeightDoorTests(SiloFixture fixture) : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("learngene-door-").FullName;

    public void Dispose()
    {
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private IWeightDoorGrain Door => fixture.Grains.GetGrain<IWeightDoorGrain>(0);

    private (string File, byte[] Bytes, WeightRef Weights) Some(int seed, int length = 1_000_000)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        string file = Path.Combine(_folder, $"{seed}.bin");
        File.WriteAllBytes(file, bytes);
        return (file, bytes, new(Convert.ToHexStringLower(SHA256.HashData(bytes)), length));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_goes_in_comes_out_and_is_not_sent_twice()
    {
        var (file, bytes, weights) = Some(1);
        Assert.Equal(weights, await fixture.Client.Weights.UploadAsync(file));
        Assert.Null(await Door.Write(weights));
        string copy = Path.Combine(_folder, "copy");
        await fixture.Client.Weights.DownloadAsync(weights, copy);
        Assert.Equal(bytes, File.ReadAllBytes(copy));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_broken_off_upload_and_download_go_on_where_they_stopped()
    {
        var (file, bytes, weights) = Some(2);
        var ticket = await Door.Write(weights);
        var part = new ByteArrayContent(bytes[..300_000]);
        part.Headers.ContentRange = new(0, 299_999, weights.Length);
        Assert.Equal(HttpStatusCode.NoContent, (await _http.PutAsync(ticket!.Url, part)).StatusCode);
        var head = await _http.SendAsync(new(HttpMethod.Head, ticket.Url));
        Assert.Equal("300000", head.Headers.GetValues("Upload-Offset").Single());
        await fixture.Client.Weights.UploadAsync(file);
        string copy = Path.Combine(_folder, "copy");
        File.WriteAllBytes($"{copy}.{weights.Sha256[..12]}.part", bytes[..700_000]);
        await fixture.Client.Weights.DownloadAsync(weights, copy);
        Assert.Equal(bytes, File.ReadAllBytes(copy));
    }

    [Fact(Timeout = 30_000)]
    public async Task Ranges_and_an_etag_are_served()
    {
        var (file, bytes, weights) = Some(3);
        await fixture.Client.Weights.UploadAsync(file);
        var request = new HttpRequestMessage(HttpMethod.Get, (await Door.Read(weights)).Url);
        request.Headers.Range = new RangeHeaderValue(10, 19);
        var response = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(bytes[10..20], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{weights.Sha256}\"", response.Headers.ETag!.Tag);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_ticket_is_worth_only_its_transfer()
    {
        var (file, _, weights) = Some(4);
        var (_, otherBytes, other) = Some(5);
        string write = (await Door.Write(weights))!.Url;
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.GetAsync(write)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.PutAsync(write.Replace(weights.Sha256, other.Sha256), new ByteArrayContent(otherBytes))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.PutAsync(write.Split('?')[0], new ByteArrayContent(otherBytes))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.PutAsync(write[..^1] + (write[^1] == '0' ? '1' : '0'), new ByteArrayContent(otherBytes))).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _http.PutAsync(write, new ByteArrayContent(otherBytes))).StatusCode);
        await fixture.Client.Weights.UploadAsync(file);
    }

    [Fact(Timeout = 30_000)]
    public async Task Pages_of_other_origins_and_other_host_names_are_refused()
    {
        var rebound = new HttpRequestMessage(HttpMethod.Get, $"{fixture.Silo.Http}/health/live");
        rebound.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(rebound)).StatusCode);
        var (_, bytes, weights) = Some(6);
        var crossed = new HttpRequestMessage(HttpMethod.Put, (await Door.Write(weights))!.Url) { Content = new ByteArrayContent(bytes) };
        crossed.Headers.Add("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(crossed)).StatusCode);
        Assert.Equal("ready", await _http.GetStringAsync($"{fixture.Silo.Http}/health/ready"));
        Assert.Contains("<html", await _http.GetStringAsync($"{fixture.Silo.Http}/dashboard/"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_file_that_rotted_on_the_disk_is_found_named_and_not_served()
    {
        var store = new DirectoryWeightStore(Path.Combine(_folder, "store"), TimeProvider.System);
        var weights = store.Put(s => s.Write(new byte[5000]));
        string file = Directory.EnumerateFiles(Path.Combine(_folder, "store"), $"{weights.Sha256}*", SearchOption.AllDirectories).Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[100] ^= 1;
        File.WriteAllBytes(file, bytes);
        var fresh = new DirectoryWeightStore(Path.Combine(_folder, "store"), TimeProvider.System);
        var corrupt = Assert.Throws<CorruptWeightException>(() => fresh.Open(weights).Dispose());
        Assert.Contains(weights.Sha256, corrupt.Message);
        Assert.False(fresh.Exists(weights));
    }
}
