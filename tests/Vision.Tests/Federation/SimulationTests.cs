using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Tests.Data;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

public sealed class SimulationTests
{
    private const string Small = """ "partition": {"kind": "labels", "clients": 8, "late": 2, "imagesPerClient": 20}, "rounds": 3, "clientsPerRound": 3, "evaluation": {"lateEpochs": [0, 1], "fineTuneEpochs": [1]} """;

    [Theory(Timeout = 60_000)]
    [InlineData("fedavg", ""), InlineData("fedprox", ""), InlineData("scaffold", ""), InlineData("gene-fl", ""), InlineData("gene-fl", ", \"geneFl\": {\"profile\": \"paper\"}")]
    [InlineData("fedavg", ", \"aggregation\": {\"rule\": \"median\"}"), InlineData("gene-fl", ", \"aggregation\": {\"rule\": \"krum\"}, \"encoding\": {\"topK\": 0.5}")]
    public async Task Two_runs_end_in_the_same_bytes_and_a_model_survives_being_saved_after_every_round(string method, string more)
    {
        await Task.Yield();
        using var folder = new TempFolder();
        Samples.WriteIdx(folder, Samples.Idx(train: 200, test: 40, height: 8, width: 8));
        using var data = DataSet.Open(folder.Path);
        var settings = Settings(method, Small + more);
        var (first, second) = (SimulatedFederation.Run(settings, data), SimulatedFederation.Run(settings, data));
        Assert.Equal(first.Model, second.Model);
        Assert.Equal((first.BytesUp, first.BytesDown, first.GlobalAccuracy), (second.BytesUp, second.BytesDown, second.GlobalAccuracy));
        Assert.Equal(first.Known!.Tuned.Append(first.Known.AsLeft), second.Known!.Tuned.Append(second.Known.AsLeft));
        Assert.NotEqual(first.Model, SimulatedFederation.Run(settings with { Seed = 2 }, data).Model);
        var task = new FederatedTask(settings, settings.Shape(data.Geometry, data.Classes), data.Preprocess);
        var model = FederationModel.Load(new MemoryStream(first.Model), task);
        Assert.Equal(3, model.Round);
        using var stream = new MemoryStream();
        model.Save(stream);
        Assert.Equal(first.Model, stream.ToArray());
        Assert.Throws<InvalidDataException>(() => FederationModel.Load(new MemoryStream(first.Model[..^9]), task));
    }

    [Fact(Timeout = 60_000)]
    public async Task Bytes_are_those_of_the_payloads_and_the_first_round_needs_none()
    {
        await Task.Yield();
        using var folder = new TempFolder();
        Samples.WriteIdx(folder, Samples.Idx(train: 200, test: 40, height: 8, width: 8));
        using var data = DataSet.Open(folder.Path);
        var result = SimulatedFederation.Run(Settings("fedavg", Small), data);
        long payload = Payload.Length(Layout, Header());
        Assert.Equal(3 * 3 * payload, result.BytesUp);
        Assert.Equal(2 * 3 * payload, result.BytesDown);
        Assert.Equal(0, result.History[0].BytesDown);
        Assert.Equal(payload, result.BytesToInitialise);
        Assert.Equal(8, result.Cohorts.Count);
    }

    [Fact(Timeout = 180_000)]
    public async Task On_the_shipped_images_gene_fl_needs_an_eighth_of_the_bytes_and_serves_its_clients_better()
    {
        await Task.Yield();
        using var data = DataSet.Open(Shipped.Path);
        SimulationResult Run(string method) => SimulatedFederation.Run(FederationSettings.Parse($$"""
            {"name": "fashion/fed", "data": "fashion-mnist", "model": {"width": 32, "depth": 2, "patch": 7}, "method": "{{method}}", "rounds": 14, "localEpochs": 1, "clientsPerRound": 8,
             "partition": {"clients": 40, "late": 8, "imagesPerClient": 150}, "evaluation": {"lateEpochs": [0, 1], "fineTuneEpochs": [1]} }
            """), data);
        var (gene, average) = (Run("gene-fl"), Run("fedavg"));
        double times = (double)(average.BytesUp + average.BytesDown) / (gene.BytesUp + gene.BytesDown);
        Assert.True(times >= 8, $"{times:F1} times fewer bytes");
        Assert.True(average.BytesToInitialise / gene.BytesToInitialise >= 7, $"{average.BytesToInitialise} against {gene.BytesToInitialise} bytes to initialise");
        Assert.True(gene.Known!.AfterDownload > average.Known!.AfterDownload + 0.1, $"known clients {gene.Known.AfterDownload:F3} against {average.Known.AfterDownload:F3}");
        Assert.True(gene.Late!.After[0] > 0.3, $"late clients {gene.Late.After[0]:F3} at once");
    }
}
