using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Learngene.Clients;
using Learngene.Federation;
using Learngene.Grains.Tests.Federation;
using Learngene.Sdk.Clients;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Models;

namespace Learngene.Grains.Tests.Http;

/// <summary>A federation whose clients come by HTTP, honest and otherwise.</summary>
[Collection(OneSilo.Name)]
public sealed class FederationApiTests(SiloFixture silo) : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly string _name = $"api/{Guid.NewGuid():N}";

    public void Dispose() => _http.Dispose();

    private Uri Server => new(silo.Silo.Http);

    [Fact(Timeout = 120_000)]
    public async Task Clients_join_train_and_contribute_and_the_result_is_that_of_the_same_clients_in_one_loop()
    {
        await StartAsync(clientsPerRound: 2, rounds: 2);
        using var one = new Member(Server, _name, "one", Images(0, 60));
        using var two = new Member(Server, _name, "two", Images(60, 40));
        await Task.WhenAll(one.JoinAsync(), two.JoinAsync());
        for (int round = 1; round <= 2; round++)
        {
            var orders = await Task.WhenAll(one.WorkAsync(), two.WorkAsync());
            Assert.All(orders, o => Assert.Equal(round, o.Round));
            Assert.Equal(orders[0].Download is null && orders[0].Inline is null, round == 1); // the first starts from the common seed
            // Asked again, it is the same work; sent twice, it counts once.
            Assert.Equal(round, (await one.WorkAsync()).Round);
            Assert.False((await one.ContributeAsync(orders[0])).Repeated);
            if (round == 1) Assert.True((await one.ContributeAsync(orders[0])).Repeated);
            Assert.True((await two.ContributeAsync(orders[1])).Counts);
        }
        var ended = await silo.Client.Federations.WaitAsync(_name);
        Assert.Equal(FederationState.Completed, ended.State);
        var history = await silo.Client.Federations.HistoryAsync(_name);
        Assert.Equal([["one", "two"], ["one", "two"]], history.Select(r => r.Clients));
        Assert.Equal(one.Sent + two.Sent, ended.BytesUp);
        Assert.Equal(2, ended.Clients);

        var task = one.Task;
        var model = FederationModel.Initial(task, 1);
        for (int round = 1; round <= 2; round++)
        {
            var sums = task.NewAccumulator(1);
            foreach (byte[] upload in (byte[][])[two.Uploads[round - 1], one.Uploads[round - 1]])
                sums.Add(PayloadReader.Open(upload, task.Layout), 0, task.Weight(PayloadReader.Open(upload, task.Layout).Header.Samples), 1);
            model.Apply(round, RoundMean.Of(sums), 2);
        }
        using var parameters = FederationModel.ToParameters(task, model.Values());
        var stored = await silo.Client.Learngenes.GetAsync(_name);
        string file = Path.GetTempFileName();
        await silo.Client.Weights.DownloadAsync(stored.Weights, file);
        using var published = Vision.Safetensors.SafetensorsFile.Open(file);
        using var read = Vision.Files.ModelFile.ReadVit(published, task.Shape);
        foreach (var spec in parameters.Specs) Assert.Equal(parameters[spec.Name].data<float>().ToArray(), read[spec.Name].data<float>().ToArray());
        File.Delete(file);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_goes_silent_delays_its_round_by_its_lease_and_the_next_in_line_takes_its_place()
    {
        await StartAsync(clientsPerRound: 2, rounds: 1, ("lease", 1.5), ("quorum", 2));
        using var one = new Member(Server, _name, "one", Images(0, 30));
        using var silent = new Member(Server, _name, "silent", Images(30, 30));
        using var next = new Member(Server, _name, "next", Images(60, 30));
        await Task.WhenAll(one.JoinAsync(), silent.JoinAsync(), next.JoinAsync());
        await silent.WorkAsync(); // and nothing is heard of it again
        await one.ContributeAsync(await one.WorkAsync());
        await next.ContributeAsync(await next.WorkAsync());
        await silo.Client.Federations.WaitAsync(_name);
        var round = Assert.Single(await silo.Client.Federations.HistoryAsync(_name));
        Assert.Equal(["next", "one"], round.Clients);
        Assert.Equal(["silent: its lease of 1.5 s is over"], round.Dropped);
    }

    [Fact(Timeout = 60_000)]
    public async Task With_its_quorum_a_round_does_not_wait_for_a_client_that_is_gone()
    {
        await StartAsync(clientsPerRound: 3, rounds: 1, ("lease", 1.0), ("quorum", 2));
        using var one = new Member(Server, _name, "one", Images(0, 30));
        using var two = new Member(Server, _name, "two", Images(30, 30));
        using var gone = new Member(Server, _name, "gone", Images(60, 30));
        await Task.WhenAll(one.JoinAsync(), two.JoinAsync(), gone.JoinAsync());
        var late = await gone.WorkAsync();
        await one.ContributeAsync(await one.WorkAsync());
        await two.ContributeAsync(await two.WorkAsync());
        await silo.Client.Federations.WaitAsync(_name);
        Assert.Equal(2, Assert.Single(await silo.Client.Federations.HistoryAsync(_name)).Participants);
        var refused = await Assert.ThrowsAsync<ApiException>(() => gone.ContributeAsync(late));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_not_a_contribution_is_refused_with_its_status_and_costs_its_sender_and_not_the_round()
    {
        await StartAsync(clientsPerRound: 2, rounds: 1, ("quorum", 1), ("deadline", 30));
        using var honest = new Member(Server, _name, "honest", Images(0, 40));
        using var bad = new Member(Server, _name, "bad", Images(40, 40));
        await Task.WhenAll(honest.JoinAsync(), bad.JoinAsync());
        var (order, own) = (await bad.WorkAsync(), await honest.WorkAsync());
        byte[] good = bad.Train(order);
        async Task Answers(HttpStatusCode status, string url, byte[] body)
        {
            HttpStatusCode answer;
            do answer = (await _http.PutAsync(url, new ByteArrayContent(body))).StatusCode;
            while (answer == HttpStatusCode.Conflict); // the upload before, which broke off, is not noticed yet
            Assert.Equal(status, answer);
        }

        await Answers(HttpStatusCode.UnprocessableEntity, order.Upload, good[..^1]);
        await Answers(HttpStatusCode.UnprocessableEntity, order.Upload, [.. good.Select((b, i) => i == good.Length / 2 ? (byte)~b : b)]);
        await Answers(HttpStatusCode.UnprocessableEntity, order.Upload, new byte[100]);
        await Answers(HttpStatusCode.RequestEntityTooLarge, order.Upload, new byte[order.UploadLimit + 1]);
        await Answers(HttpStatusCode.Forbidden, order.Upload.Split('?')[0], good);
        await Answers(HttpStatusCode.Forbidden, order.Upload + "x", good);
        await Answers(HttpStatusCode.Forbidden, order.Upload.Replace("/rounds/1?", "/rounds/2?"), good);
        await Answers(HttpStatusCode.Forbidden, order.Upload.Replace(Uri.EscapeDataString(_name), "another"), good);
        await LyingLengthAsync(order.Upload, good);
        // More images than it joined with: the payload itself lies.
        await Answers(HttpStatusCode.UnprocessableEntity, order.Upload, Claiming(bad.Task, good, 1_000));
        Assert.True((await honest.ContributeAsync(own)).Counts);
        var ended = await silo.Client.Federations.WaitAsync(_name);
        var round = Assert.Single(await silo.Client.Federations.HistoryAsync(_name));
        Assert.Equal(["honest"], round.Clients);
        Assert.StartsWith("bad: ", Assert.Single(round.Dropped));
        Assert.Equal(honest.Sent, ended.BytesUp);
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_that_do_not_fit_are_refused_in_words()
    {
        await StartAsync(clientsPerRound: 1, rounds: 1);
        using var member = new Member(Server, _name, "one", Images(0, 20));
        async Task Refused(HttpStatusCode status, string words, Task<HttpResponseMessage> request)
        {
            using var response = await request;
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Contains(words, (string?)(await response.Content.ReadFromJsonAsync<JsonObject>())!["detail"]);
        }
        string federation = $"{Server}api/v1/federations/{Uri.EscapeDataString(_name)}", profile = """{"samples":20,"classes":10}""";
        StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");
        await Refused(HttpStatusCode.NotFound, "there is no federation", _http.GetAsync($"{Server}api/v1/federations/nothing"));
        await Refused(HttpStatusCode.NotFound, "there is no federation", _http.PutAsync($"{Server}api/v1/federations/nothing/clients/one", Body(profile)));
        await Refused(HttpStatusCode.Conflict, "has not joined", _http.PostAsync($"{federation}/clients/nobody/check-in", null));
        await Refused(HttpStatusCode.BadRequest, "samples 0", _http.PutAsync($"{federation}/clients/one", Body("""{"samples":0}""")));
        await Refused(HttpStatusCode.BadRequest, "'sample'", _http.PutAsync($"{federation}/clients/one", Body("""{"sample":1}""")));
        await Refused(HttpStatusCode.BadRequest, "samples", _http.PutAsync($"{federation}/clients/one", Body("""{"samples":"many"}""")));
        await Refused(HttpStatusCode.BadRequest, "1 x 28 x 28", _http.PutAsync($"{federation}/clients/one", Body("""{"samples":5,"geometry":[3,32,32]}""")));
        await Refused(HttpStatusCode.BadRequest, "cannot be read", _http.PutAsync($"{federation}/clients/one", Body("{")));
        await Refused(HttpStatusCode.UnsupportedMediaType, "application/json", _http.PutAsync($"{federation}/clients/one", new StringContent(profile)));
        await Refused(HttpStatusCode.BadRequest, "a client's name", _http.PutAsync($"{federation}/clients/{new string('x', 200)}", Body(profile)));
        await silo.Client.Federations.StopAsync(_name);
    }

    [Fact(Timeout = 120_000)]
    public async Task Five_thousand_mutated_requests_neither_harm_the_silo_nor_its_round()
    {
        await StartAsync(clientsPerRound: 2, rounds: 1, ("quorum", 1), ("deadline", 90));
        using var honest = new Member(Server, _name, "honest", Images(0, 20));
        using var bad = new Member(Server, _name, "bad", Images(20, 20));
        await Task.WhenAll(honest.JoinAsync(), bad.JoinAsync());
        var (order, own) = (await bad.WorkAsync(), await honest.WorkAsync());
        byte[] good = bad.Train(order);
        var chance = new Random(7);
        string path = new Uri(order.Upload).PathAndQuery;
        for (int i = 0; i < 5_000; i++)
        {
            byte[] body = [.. good];
            for (int n = chance.Next(1, 6); n > 0; n--) body[chance.Next(body.Length)] = (byte)chance.Next(256);
            if (chance.Next(3) == 0) body = body[..chance.Next(body.Length)];
            char[] mutated = path.ToCharArray();
            if (chance.Next(2) == 0) mutated[chance.Next(1, mutated.Length)] = (char)chance.Next(33, 126);
            using var request = new HttpRequestMessage(chance.Next(4) switch { 0 => HttpMethod.Get, 1 => HttpMethod.Post, 2 => HttpMethod.Delete, _ => HttpMethod.Put }, new Uri(Server, new string(mutated)))
            {
                Content = new ByteArrayContent(body),
            };
            using var response = await _http.SendAsync(request);
            Assert.InRange((int)response.StatusCode, 200, 499);
        }
        Assert.True((await honest.ContributeAsync(own)).Counts);
        await silo.Client.Federations.WaitAsync(_name);
        Assert.Contains("honest", Assert.Single(await silo.Client.Federations.HistoryAsync(_name)).Clients);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_api_describes_itself()
    {
        var document = await _http.GetFromJsonAsync<JsonObject>(new Uri(Server, "/openapi/v1.json"));
        Assert.StartsWith("3.", (string?)document!["openapi"]);
        var paths = document["paths"]!.AsObject();
        foreach (string path in (string[])["/api/v1/federations/{federation}", "/api/v1/federations/{federation}/clients/{client}", "/api/v1/federations/{federation}/clients/{client}/check-in", "/api/v1/federations/{federation}/rounds/{round}"])
            Assert.Contains(path, paths.Select(p => p.Key));
    }

    private Task<FederationStatus> StartAsync(int clientsPerRound, int rounds, params (string Key, JsonNode? Value)[] more) => silo.Client.Federations.StartAsync(Specifications.Small(_name, "fedavg", rounds,
        [("partition", new JsonObject { ["kind"] = "external" }), ("clientsPerRound", clientsPerRound), ("batch", 10), ("encoding", new JsonObject { ["down"] = "f32", ["up"] = "f16" }), .. more]));

    [Fact(Timeout = 120_000)]
    public async Task Clients_that_send_nothing_hold_nobody_up_and_are_let_go()
    {
        const int Silent = 8; // more than there are buffers
        await StartAsync(clientsPerRound: Silent + 1, rounds: 1, ("quorum", 1), ("deadline", 40), ("model", new JsonObject { ["width"] = 384, ["depth"] = 8, ["heads"] = 6, ["patch"] = 7 }));
        Member[] members = [.. Enumerable.Range(0, Silent + 1).Select(i => new Member(Server, _name, $"member-{i}", Images(20 * i, 20)))];
        await Task.WhenAll(members.Select(m => m.JoinAsync()));
        var orders = await Task.WhenAll(members.Select(m => m.WorkAsync()));
        var silent = orders[..Silent].Select(o => SendsAsync(o.Upload, o.UploadLimit, 1)).ToList();
        Assert.True((await members[Silent].ContributeAsync(orders[Silent])).Counts);
        Assert.All(silent, s => Assert.False(s.IsCompleted)); // they still are about to
        Assert.All(await Task.WhenAll(silent), status => Assert.True(status is null || status.Contains(" 408 "), status));
        Assert.Equal(["member-8"], Assert.Single(await HistoryAsync()).Clients);
        foreach (var member in members) member.Dispose();
    }

    private async Task<IReadOnlyList<RoundSummary>> HistoryAsync()
    {
        await silo.Client.Federations.WaitAsync(_name);
        return await silo.Client.Federations.HistoryAsync(_name);
    }

    // Announces a length, sends so many bytes, and waits for what the silo says to that.
    private static async Task<string?> SendsAsync(string url, long length, int bytes)
    {
        var uri = new Uri(url);
        using var socket = new TcpClient();
        await socket.ConnectAsync(uri.Host, uri.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nContent-Length: {length}\r\n\r\n"));
        await stream.WriteAsync(new byte[bytes]);
        using var reader = new StreamReader(stream);
        try
        {
            return await reader.ReadLineAsync();
        }
        catch (IOException)
        {
            return null; // hung up on
        }
    }

    // Announces all of it and sends half.
    private static async Task LyingLengthAsync(string url, byte[] bytes)
    {
        var uri = new Uri(url);
        using var socket = new TcpClient();
        await socket.ConnectAsync(uri.Host, uri.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nContent-Length: {bytes.Length}\r\n\r\n"));
        await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
        socket.Client.Shutdown(SocketShutdown.Send);
        try
        {
            using var reader = new StreamReader(stream);
            string? status = await reader.ReadLineAsync();
            Assert.True(status is null || status.Contains(" 400 "), status);
        }
        catch (IOException)
        {
            // Hung up on: as good an answer.
        }
    }

    private static byte[] Claiming(FederatedTask task, byte[] upload, int samples)
    {
        var honest = PayloadReader.Open(upload, task.Layout);
        var values = new float[task.Layout.Count];
        foreach (int layer in honest.Header.Layers) honest.Read(layer, 0, values.AsSpan(task.Layout.Layers[layer].Offset, task.Layout.Layers[layer].Count));
        return Payload.Write(task.Layout, honest.Header with { Samples = samples }, values, 1);
    }

    private static MemoryImageSet Images(int from, int count)
    {
        using var data = DataSet.Open(SiloFixture.Images);
        byte[] pixels = new byte[count * data.Geometry.Size], labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            data.Train.Read(from + i, pixels.AsSpan(i * data.Geometry.Size, data.Geometry.Size));
            labels[i] = (byte)data.Train.Label(from + i);
        }
        return new(data.Geometry, 10, pixels, labels);
    }

    /// <summary>A client as anybody could write one against the API.</summary>
    private sealed class Member(Uri server, string federation, string name, ImageSet images) : IDisposable
    {
        private readonly FederationHttp _api = new(server, federation, name);
        private byte[]? _state;

        public FederatedTask Task { get; private set; } = null!;
        public List<byte[]> Uploads { get; } = [];
        public long Sent => Uploads.Sum(u => (long)u.Length);

        public async Task JoinAsync()
        {
            var terms = await _api.TermsAsync();
            Task = new(FederationSettings.Parse(terms.Specification), Json.Parse<VitShape>(terms.Config, "config"), Json.Parse<Preprocess>(terms.Preprocess, "preprocess"));
            var membership = await _api.JoinAsync(new() { Samples = images.Count, Classes = 10, DataHash = name });
            Assert.Equal(images.Count, membership.Samples);
            Assert.Equal(membership, await _api.JoinAsync(new() { Samples = images.Count, Classes = 10, DataHash = name }));
        }

        public async Task<WorkOrder> WorkAsync()
        {
            while (true)
                if ((await _api.CheckInAsync()).Work is { } order)
                    return order;
        }

        public byte[] Train(WorkOrder order)
        {
            using var client = new FederatedClient(Task, images, images);
            var outcome = client.Train(new(order.Round, order.Cohort, order.Layers, order.Seed), order.Inline ?? (order.Download is null ? null : _api.DownloadAsync(order.Download, order.DownloadBytes).Result), _state);
            _state = outcome.State;
            return outcome.Upload;
        }

        public async Task<ContributionReceipt> ContributeAsync(WorkOrder order)
        {
            if (Uploads.Count < order.Round) Uploads.Add(await System.Threading.Tasks.Task.Run(() => Train(order)));
            return await _api.ContributeAsync(order.Upload, Uploads[order.Round - 1]);
        }

        public void Dispose() => _api.Dispose();
    }
}
