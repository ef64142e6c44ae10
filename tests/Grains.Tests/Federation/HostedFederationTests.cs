using System.Text.Json.Nodes;
using Learngene.Federation;
using Learngene.Grains.Federation;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Tests.Federation;

[Collection(OneSilo.Name)]
public sealed class HostedFederationTests(SiloFixture silo)
{
    public static TheoryData<string, string> Methods => new()
    {
        { "fedavg", "{}" },
        { "fedprox", "{}" },
        { "scaffold", "{}" },
        { "gene-fl", "{}" },
        { "gene-fl", """{"geneFl":{"profile":"paper","cohorts":2}}""" },
        { "gene-fl", """{"aggregation":{"rule":"median"}}""" },
        { "fedavg", """{"aggregation":{"rule":"krum"},"encoding":{"up":"int8","errorFeedback":true}}""" },
        { "fedavg", """{"aggregation":{"clipNorm":0.5},"encoding":{"up":"f16","topK":0.1}}""" },
    };

    [Theory(Timeout = 120_000), MemberData(nameof(Methods))]
    public async Task A_federation_gives_the_numbers_of_the_same_loop_without_grains_to_the_bit(string method, string more)
    {
        string specification = Specifications.Small($"equal/{Guid.NewGuid():N}", method, 3, [.. JsonNode.Parse(more)!.AsObject().Select(m => (m.Key, m.Value?.DeepClone()))]);
        var started = await silo.Client.Federations.StartAsync(specification);
        var ended = await silo.Client.Federations.WaitAsync(started.Name);
        using var data = DataSet.Open(SiloFixture.Images);
        var expected = SimulatedFederation.Run(FederationSettings.Parse(specification), data);

        var history = await silo.Client.Federations.HistoryAsync(started.Name);
        Assert.Equal(FederationState.Completed, ended.State);
        Assert.Empty(history.SelectMany(r => r.Dropped));
        Assert.Equal(expected.BytesUp, ended.BytesUp);
        Assert.Equal(expected.BytesDown, ended.BytesDown);
        Assert.Equal(expected.BytesToInitialise, ended.Evaluation!.BytesToInitialise);
        Assert.Equal(expected.GlobalAccuracy, ended.Evaluation.Global!.Value, 6);
        Assert.Equal(expected.Known!.AfterDownload, ended.Evaluation.Known!.Value, 9);
        Assert.Equal(expected.Known.AsLeft, ended.Evaluation.KnownAsLeft!.Value, 9);
        Assert.Equal(expected.Known.Tuned, ended.Evaluation.KnownTuned);
        Assert.Equal(expected.Late!.After, ended.Evaluation.Late);
        Assert.Equal(expected.Cohorts.Max() + 1, ended.Cohorts.Count);
        Assert.Equal(expected.History.Select(r => r.Participants.Select(RunningFederation.ClientName)), history.Select(r => r.Clients));
        Assert.Equal(expected.History.Select(r => (r.BytesUp, r.BytesDown)), history.Select(r => (r.BytesUp, r.BytesDown)));
        Assert.Equal(expected.History.Select(r => Math.Round(r.Loss, 9)), history.Select(r => Math.Round(r.Loss, 9)));
        Assert.Equal(expected.Model, await File.ReadAllBytesAsync(ModelFile(started.Name, 3)));

        Assert.Equal(12, (await silo.Client.Federations.HistogramsAsync(started.Name)).Count);
        Assert.All(await silo.Client.Federations.HistogramsAsync(started.Name), h => Assert.Equal(40, h.Sum()));

        var version = await silo.Client.Learngenes.GetAsync(started.Name);
        Assert.Equal(ended.Result!.Weights, version.Weights);
        Assert.Equal("vit", version.Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task Started_again_it_is_the_same_federation_and_with_another_specification_it_is_refused()
    {
        string specification = Specifications.Small("again/fed", "fedavg", 1);
        await silo.Client.Federations.StartAsync(specification);
        var ended = await silo.Client.Federations.WaitAsync("again/fed");
        Assert.Equal(ended.Result, (await silo.Client.Federations.StartAsync(specification)).Result);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => silo.Client.Federations.StartAsync(Specifications.Small("again/fed", "fedavg", 2)));
        Assert.Contains("another specification", refused.Message);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("rounds", "0", "rounds 0")]
    [InlineData("roundz", "3", "did you mean 'rounds'")]
    [InlineData("data", "\"nowhere\"", "there is no data set 'nowhere'")]
    [InlineData("quorum", "9", "quorum 9")]
    [InlineData("method", "\"fedavgg\"", "method")]
    [InlineData("name", "\"a b\"", "name 'a b'")]
    public async Task A_specification_that_cannot_be_is_refused_in_words(string key, string value, string words)
    {
        var specification = JsonNode.Parse(Specifications.Small("refused/fed", "fedavg"))!;
        specification[key] = JsonNode.Parse(value);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => silo.Client.Federations.StartAsync(specification.ToJsonString()));
        Assert.Contains(words, refused.Message);
        Assert.DoesNotContain(await silo.Client.Federations.ListAsync(), f => f.Name == "refused/fed");
    }

    [Fact(Timeout = 120_000)]
    public async Task Stopped_it_ends_after_its_round_and_publishes_what_it_has_learned()
    {
        await silo.Client.Federations.StartAsync(Specifications.Small("stopped/fed", "fedavg", 100_000, ("evaluation", new JsonObject { ["known"] = false, ["late"] = false })));
        await foreach (var status in silo.Client.Federations.WatchAsync("stopped/fed"))
            if (status.Round >= 2) break;
        await silo.Client.Federations.StopAsync("stopped/fed");
        var ended = await silo.Client.Federations.WaitAsync("stopped/fed");
        Assert.Equal(FederationState.Stopped, ended.State);
        Assert.InRange(ended.Round, 2, 99_999);
        Assert.Equal(ended.Result!.Weights, (await silo.Client.Learngenes.GetAsync("stopped/fed")).Weights);
    }

    [Fact(Timeout = 120_000)]
    public async Task Clients_that_crash_straggle_leave_and_return_cost_their_own_contributions_and_nothing_else()
    {
        var scenario = new JsonObject { ["seed"] = 5, ["crashing"] = 0.2, ["straggling"] = 0.2, ["leaving"] = 0.1, ["returningAfter"] = 2, ["arriving"] = 0.3, ["arrivedBy"] = 4 };
        var names = new List<FederationStatus>();
        foreach (string name in (string[])["scenario/one", "scenario/two"])
        {
            await silo.Client.Federations.StartAsync(Specifications.Small(name, "gene-fl", 12, ("scenario", scenario.DeepClone()), ("quorum", 1), ("clientsPerRound", 5)));
            names.Add(await silo.Client.Federations.WaitAsync(name));
        }
        Assert.Equal(names[0].Result!.Weights, names[1].Result!.Weights);
        var history = await silo.Client.Federations.HistoryAsync("scenario/one");
        Assert.Equal(12, history.Count);
        Assert.Contains(history, r => r.Dropped.Any(d => d.EndsWith(": crashed", StringComparison.Ordinal)));
        Assert.Contains(history, r => r.Dropped.Any(d => d.EndsWith(": straggled", StringComparison.Ordinal)));
        Assert.All(history, r => Assert.Empty(r.Clients.Intersect(r.Dropped.Select(d => d.Split(':')[0]))));
    }

    private string ModelFile(string federation, int round)
    {
        var directory = new FederationDirectory(Path.Combine(silo.Directory, "federations"), federation);
        using var stream = (FileStream)directory.OpenModel(new(round, 0));
        return stream.Name;
    }
}
