using Learngene.Vision.Federation;
using Learngene.Vision.Tests.Data;
using TorchSharp;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

/// <summary>One of them changes libtorch's threads, which threads that start meanwhile would take over (<see cref="OneThread"/>): nothing runs beside.</summary>
[Collection(nameof(Alone))]
public sealed class ClientTests
{
    private const string Lossy = """ "encoding": {"up": "int4", "down": "int8", "errorFeedback": true, "topK": 0.3}, "localEpochs": 2 """;

    [Theory(Timeout = 60_000)]
    [InlineData("fedavg", ""), InlineData("fedprox", Lossy), InlineData("scaffold", Lossy), InlineData("gene-fl", ""), InlineData("fedavg", "\"optimiser\": \"adam\"")]
    [InlineData("gene-fl", "\"geneFl\": {\"profile\": \"paper\"}")]
    public async Task A_round_from_the_same_bytes_ends_in_the_same_bytes(string method, string more)
    {
        await Task.Yield();
        var task = TaskOf(method, more);
        var model = FederationModel.Initial(task, 2);
        byte[]? state = null;
        for (int round = 1; round <= 3; round++)
        {
            var plan = model.Plan(round);
            var work = new RoundWork(round, 1, plan, RoundWork.SeedOf(1, round, 0));
            byte[]? download = model.Download(1, round, plan);
            var first = Train(TaskOf(method, more), work, download, state);
            var (threads, before) = (torch.get_num_threads(), state?.ToArray());
            torch.set_num_threads(3 - Math.Min(2, threads));
            var again = Train(task, work, download?.ToArray(), state?.ToArray()); // another process, another number of threads
            torch.set_num_threads(threads);
            Assert.Equal(first.Upload, again.Upload);
            Assert.Equal(first.State, again.State);
            Assert.Equal(before, state);
            state = first.State;
            var sum = task.NewAccumulator(2);
            var upload = PayloadReader.Open(first.Upload, task.Layout);
            sum.Add(upload, 1, task.Weight(upload.Header.Samples), task.Check(upload, round, plan));
            model.Apply(round, RoundMean.Of(sum), 4);
        }
        Assert.NotNull(state);
    }

    [Fact(Timeout = 60_000)]
    public async Task Training_learns_what_can_be_learnt()
    {
        await Task.Yield();
        var task = TaskOf("fedavg", """ "localEpochs": 60, "lr": 0.05, "evaluation": {"known": false} """);
        using var client = Client(task);
        var outcome = client.Train(Work(task), default, null);
        Assert.True(outcome.Loss < 0.8, $"loss {outcome.Loss}"); // ln 4 = 1.39 at first
        Assert.Null(outcome.State);
        Assert.Equal((16, task.Layout.All.Count), (outcome.Samples, outcome.Layers.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_upload_is_the_way_from_what_was_given_to_what_was_trained()
    {
        await Task.Yield();
        var task = TaskOf("gene-fl", """ "encoding": {"up": "f32", "down": "int8"} """);
        var model = FederationModel.Initial(task, 1);
        var plan = model.Plan(1)!;
        var first = Train(task, Work(task, 1, layers: plan), null, null);
        var kept = ClientState.Parse(first.State, task.Layout).Model!;
        var sent = PayloadReader.Open(first.Upload, task.Layout);
        Assert.Equal(plan, sent.Header.Layers);
        var (seed, difference) = (task.CommonSeed.ToArray(), Read(sent, task.Layout));
        foreach (int l in plan)
            for (int i = task.Layout.Layers[l].Offset; i < task.Layout.Layers[l].Offset + task.Layout.Layers[l].Count; i++)
                Assert.Equal(kept[i] - seed[i], difference[i]);
        // Next round: the layers of the plan are the server's, the others its own.
        var sum = task.NewAccumulator(1);
        sum.Add(sent, 0, 1);
        model.Apply(1, RoundMean.Of(sum), 1);
        byte[] download = model.Download(0, 2, plan)!;
        var start = StartValues.Of(task, kept, download, plan);
        var given = Read(PayloadReader.Open(download, task.Layout), task.Layout);
        foreach (var layer in task.Layout.Layers)
        {
            var expected = plan.Contains(layer.Index) ? given : kept;
            Assert.Equal(expected.AsSpan(layer.Offset, layer.Count).ToArray(), start.Values.AsSpan(layer.Offset, layer.Count).ToArray());
            Assert.Equal(plan.Contains(layer.Index), start.IsGiven[layer.Index]);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task What_an_encoding_loses_is_sent_the_next_time()
    {
        await Task.Yield();
        string exact = """ "encoding": {"up": "f32", "errorFeedback": true} """, lossy = """ "encoding": {"up": "int4", "errorFeedback": true} """;
        var upload = Train(TaskOf("fedavg", exact), Work(TaskOf()), null, null);
        var coarse = Train(TaskOf("fedavg", lossy), Work(TaskOf()), null, null);
        var (truth, sent) = (Read(PayloadReader.Open(upload.Upload, Layout), Layout), Read(PayloadReader.Open(coarse.Upload, Layout), Layout));
        var residual = ClientState.Parse(coarse.State, Layout).Residual!;
        Assert.All(truth.Select((t, i) => t - sent[i] - residual[i]), d => Assert.InRange(d, -1e-6f, 1e-6f));
        Assert.All(ClientState.Parse(upload.State, Layout).Residual!, r => Assert.Equal(0, r));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_letter_of_the_paper_lets_each_client_choose_within_its_budget()
    {
        await Task.Yield();
        foreach (string rule in (string[])["most-stable", "smallest", "literal", "random"])
        {
            var task = TaskOf("gene-fl", $$""" "geneFl": {"profile": "paper", "selection": "{{rule}}"} """);
            var model = FederationModel.Initial(task, 3);
            Assert.Null(model.Plan(1));
            var outcome = Train(task, new(1, 2, null, 5), null, null);
            var upload = PayloadReader.Open(outcome.Upload, task.Layout);
            Assert.Equal(1, task.Check(upload, 1, null));
            Assert.InRange(outcome.Upload.Length, 1, 0.25 * Payload.Length(task.Layout, Header(layout: task.Layout)));
            var moved = ClientState.Parse(outcome.State, task.Layout).Model!;
            var cosines = LayerScores.Cosines(task.Layout, moved, task.CommonSeed.Span[..moved.Length]);
            double left = 0.25 * Payload.Length(task.Layout, Header(layout: task.Layout)) - Payload.Length(task.Layout, Header(layers: [], layout: task.Layout));
            var expected = new List<int>();
            var order = Enumerable.Range(0, cosines.Length);
            foreach (int l in rule switch
            {
                "most-stable" => order.OrderByDescending(l => cosines[l]),
                "smallest" => order.OrderBy(l => cosines[l] * task.Layout.Layers[l].Count),
                _ => order.OrderByDescending(l => cosines[l] * task.Layout.Layers[l].Count),
            })
            {
                if (4 * task.Layout.Layers[l].Count > left) continue;
                left -= 4 * task.Layout.Layers[l].Count;
                expected.Add(l);
            }
            if (rule != "random") Assert.Equal(expected.Order(), outcome.Layers);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Scores_that_clients_send_choose_the_next_rounds_layers()
    {
        await Task.Yield();
        var task = TaskOf("gene-fl", """ "geneFl": {"selection": "smallest", "budget": 0.3} """);
        var model = FederationModel.Initial(task, 1);
        var first = model.Plan(1)!;
        var upload = PayloadReader.Open(Train(task, Work(task, 1, layers: first), null, null).Upload, task.Layout);
        Assert.NotNull(upload.Header.Scores);
        Assert.Equal(1, upload.Header.Scores.Sum(), 1e-4);
        var sum = task.NewAccumulator(1);
        sum.Add(upload, 0, 16);
        model.Apply(1, RoundMean.Of(sum), 1);
        Assert.All(model.Scores!.Zip(upload.Header.Scores), p => Assert.Equal(p.Second, p.First, 1e-6));
        var second = model.Plan(2)!;
        Assert.NotEqual(first, second);
        int smallest = upload.Header.Scores.Select((s, l) => (s, l)).Min().l;
        Assert.Contains(smallest, second);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_federation_leaves_no_tensor_behind()
    {
        await Task.Yield();
        var task = TaskOf("gene-fl");
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount, outside = DisposeScopeManager.Statistics.CreatedOutsideScopeCount;
        var alive = new HashSet<long>();
        for (int i = 0; i < 3; i++)
        {
            using var client = Client(task);
            byte[] state = client.Train(Work(task), null, null, () => alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount - before)).State!;
            client.EvaluateKnown(null, state, 1);
            client.EvaluateLate(null, 1);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Single(alive);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_does_not_fit_is_refused()
    {
        await Task.Yield();
        var task = TaskOf();
        using var client = Client(task);
        byte[] upload = client.Train(Work(task), null, null).Upload;
        Assert.Throws<PayloadException>(() => client.Train(Work(task), upload, null)); // differences are no download
        Assert.Throws<InvalidDataException>(() => client.Train(Work(task), null, new byte[50]));
        Assert.Throws<InvalidInputException>(() => new FederatedClient(task, Data.Samples.Set(4, new(3, 8, 8)), Data.Samples.Set(4, new(3, 8, 8))));
        Assert.Throws<OperationCanceledException>(() => client.Train(Work(task), null, null, () => throw new OperationCanceledException()));
        var reader = PayloadReader.Open(upload, task.Layout);
        Assert.Equal(1, task.Check(reader, 1, task.Layout.All));
        Assert.Contains("round 2 is in progress", Refused(() => task.Check(reader, 2, task.Layout.All)));
        Assert.Contains("is expected", Refused(() => task.Check(reader, 1, [0, 1])));
        Assert.Contains("Int8", Refused(() => TaskOf("fedavg", """ "encoding": {"up": "int8"} """).Check(reader, 1, null)));
        Assert.Contains("norm", Refused(() => TaskOf("fedavg", """ "aggregation": {"maxNorm": 1e-3} """).Check(reader, 1, null)));
        double clip = TaskOf("fedavg", """ "aggregation": {"clipNorm": 1e-3} """).Check(reader, 1, null);
        Assert.Equal(1e-3, clip * reader.Norm(), 1e-9);
        var values = Values(task.Layout, 1);
        byte[] infinite = Payload.Write(task.Layout, Header(layout: task.Layout), values, 1);
        BitConverter.TryWriteBytes(infinite.AsSpan(200), float.NaN);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(infinite.AsSpan(infinite.Length - 8), System.IO.Hashing.XxHash3.HashToUInt64(infinite.AsSpan(0, infinite.Length - 8)));
        values[7] = -5000;
        Assert.Contains("at most 1024", Refused(() => task.Check(Upload(task.Layout, values), 1, null)));
        Assert.Contains("not finite", Refused(() => task.Check(PayloadReader.Open(infinite, task.Layout), 1, null)));
    }

    private static ClientOutcome Train(FederatedTask task, RoundWork work, byte[]? download, byte[]? state)
    {
        using var client = Client(task);
        return client.Train(work, download, state);
    }

    private static string Refused(Action action) => Assert.Throws<PayloadException>(action).Message;
}
