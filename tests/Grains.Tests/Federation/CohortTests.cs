using System.Text.Json.Nodes;
using Learngene.Clients;
using Learngene.Federation;
using Learngene.Grains.Federation;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Models;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Learngene.Grains.Tests.Federation;

/// <summary>Cohorts that clients come into.</summary>
[Collection(OneSilo.Name)]
public sealed class CohortTests(SiloFixture silo)
{
    private readonly string _name = $"cohorts/{Guid.NewGuid():N}";

    [Fact(Timeout = 180_000)]
    public async Task A_cohort_of_many_is_counted_whole_and_written_no_longer_than_one_of_few()
    {
        const int Newcomers = 100;
        await silo.Client.Federations.StartAsync(Specifications.Small(_name, "gene-fl", 1,
            ("partition", new JsonObject { ["kind"] = "external" }), ("clientsPerRound", 2), ("quorum", 2), ("deadline", 600)));
        byte[][] signatures = await SignaturesAsync();
        await JoinAsync("one", signatures[0]);
        await JoinAsync("two", signatures[1]);
        await foreach (var status in silo.Client.Federations.WatchAsync(_name))
            if (status.Cohorts.Sum() == 2) break;
        for (int i = 0; i < Newcomers; i++) await JoinAsync($"newcomer-{i}", signatures[0]);
        await JoinAsync("newcomer-7", signatures[0]); // again

        Assert.Equal(Newcomers + 2, (await silo.Client.Federations.GetAsync(_name)).Cohorts.Sum());
        var written = await Task.WhenAll(Enumerable.Range(0, 2).Select(WrittenAsync));
        Assert.InRange(written.Sum(c => c.Exemplars.Count), 64, 66);
    }

    private Task<Membership> JoinAsync(string client, byte[] signature) =>
        silo.Grains.GetGrain<IFederatedClientGrain>($"{_name}/{client}").Join(new() { Samples = 40, Classes = 10, DataHash = client, Signature = signature });

    // Of images of few classes each, so that they are two cohorts.
    private async Task<byte[][]> SignaturesAsync()
    {
        var terms = await silo.Grains.GetGrain<IFederationGrain>(_name).Terms();
        var task = new FederatedTask(FederationSettings.Parse(terms.Specification), Json.Parse<VitShape>(terms.Config, "config"), Json.Parse<Preprocess>(terms.Preprocess, "preprocess"));
        using var data = DataSet.Open(SiloFixture.Images);
        return [.. ((int[])[0, 1]).Select(label =>
        {
            int[] of = [.. Enumerable.Range(0, data.Train.Count).Where(i => data.Train.Label(i) == label).Take(40)];
            byte[] pixels = new byte[of.Length * data.Geometry.Size];
            for (int i = 0; i < of.Length; i++) data.Train.Read(of[i], pixels.AsSpan(i * data.Geometry.Size, data.Geometry.Size));
            var images = new MemoryImageSet(data.Geometry, 10, pixels, [.. of.Select(_ => (byte)label)]);
            using var client = new FederatedClient(task, images, images);
            return client.Sign().ToBytes();
        })];
    }

    private async Task<CohortRecord> WrittenAsync(int cohort)
    {
        var state = new GrainState<CohortRecord>();
        await silo.Silo.Services.GetRequiredKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
            .ReadStateAsync("cohort", silo.Grains.GetGrain<ICohortGrain>($"{_name}/{cohort}").GetGrainId(), state);
        return state.State ?? new();
    }
}
