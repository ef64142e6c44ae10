using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Tests.Data;

namespace Learngene.Vision.Tests.Federation;

/// <summary>A tenth of the clients sends the opposite of what it learned, five times as large; what is not finite or does not fit never gets so far.</summary>
public sealed class MaliciousTests
{
    private const int Clients = 20, Malicious = 2, Rounds = 24;

    [Fact(Timeout = 300_000)]
    public async Task Robust_rules_end_within_two_points_of_the_run_without_them_and_the_mean_does_not()
    {
        await Task.Yield();
        using var data = DataSet.Open(Shipped.Path);
        double clean = Run(data, """{"rule":"mean"}""", attack: false), fooled = Run(data, """{"rule":"mean"}""", attack: true);
        Assert.True(fooled < clean - 0.1, $"the mean came to {fooled:F3} instead of {clean:F3}, so there was nothing to be robust against");
        foreach (string aggregation in (string[])["""{"rule":"median"}""", """{"rule":"trimmed-mean"}""", """{"rule":"krum"}"""])
        {
            double robust = Run(data, aggregation, attack: true);
            Assert.True(robust > clean - 0.02, $"{robust:F3} with {aggregation}, {clean:F3} without malicious clients");
        }
    }

    private static double Run(DataSet data, string aggregation, bool attack)
    {
        var settings = FederationSettings.Parse($$"""
            {"name": "fashion/fed", "data": "fashion-mnist", "model": {"width": 16, "depth": 2, "heads": 1, "patch": 7}, "method": "fedavg", "aggregation": {{aggregation}},
             "partition": {"kind": "iid", "clients": {{Clients}}, "late": 0, "imagesPerClient": 200}, "evaluation": {"known": false, "late": false} }
            """);
        var task = new FederatedTask(settings, settings.Shape(data.Geometry, data.Classes), data.Preprocess);
        var partition = Partition.Of(task.Settings.Partition, data.Train);
        var model = FederationModel.Initial(task, 1);
        for (int round = 1; round <= Rounds; round++)
        {
            var (plan, download) = (model.Plan(round), model.Download(0, round, model.Plan(round)));
            var uploads = new List<PayloadReader>();
            for (int client = 0; client < Clients; client++)
            {
                var (train, test) = partition.Sets(client);
                using var trainer = new FederatedClient(task, train, test);
                var upload = PayloadReader.Open(trainer.Train(new(round, 0, plan, RoundWork.SeedOf(1, round, (ulong)client)), download, null).Upload, task.Layout);
                uploads.Add(attack && client < Malicious ? Opposite(task, upload) : upload);
            }
            model.Apply(round, Mean(task, uploads), Clients);
        }
        using var images = new LocalImages(data.Test, task.Preprocess);
        using var final = new LocalModel(task, model.Values());
        return final.Accuracy(images);
    }

    private static RoundMean Mean(FederatedTask task, IReadOnlyList<PayloadReader> uploads)
    {
        if (task.Settings.Aggregation.Rule != AggregationRule.Mean)
            return RobustAggregation.Run(task, 1, [.. uploads.Select(u => new RobustContribution(0, task.Weight(u.Header.Samples)))], i => uploads[i]);
        var sums = task.NewAccumulator(1);
        foreach (var upload in uploads) sums.Add(upload, 0, task.Weight(upload.Header.Samples));
        return RoundMean.Of(sums);
    }

    private static PayloadReader Opposite(FederatedTask task, PayloadReader upload)
    {
        var values = FederationSample.Read(upload, task.Layout);
        for (int i = 0; i < values.Length; i++) values[i] *= -5;
        return PayloadReader.Open(Payload.Write(task.Layout, upload.Header, values, 1), task.Layout);
    }
}
