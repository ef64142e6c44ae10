using System.IO.Pipelines;
using System.Text.Json.Nodes;
using Learngene.Grains.Federation.Rounds;
using Learngene.Vision.Data;
using Learngene.Vision.Federation;

namespace Learngene.Grains.Tests.Federation;

/// <summary>A round that is let go of while somebody still sends, and opened anew: its memory is used again, what is sent to the old one is not in it.</summary>
public sealed class AbandonedRoundTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("learngene-abandoned-").FullName;
    private readonly RoundLanes _lanes = new();

    public void Dispose()
    {
        _lanes.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_still_coming_in_counts_once_and_in_the_round_that_is_open()
    {
        var task = NewTask();
        var terms = new RoundTerms("a", 1, task, 1, FederationModel.Initial(task, 1).Plan(1));
        var memory = new RoundMemory();
        byte[] upload = Payload.Write(task.Layout, new() { Kind = PayloadKind.Differences, Encoding = PayloadEncoding.F32, Round = 1, Samples = 5, Layers = terms.Plan! },
            Enumerable.Repeat(0.5f, task.Layout.Count).ToArray(), 1);

        var old = Open(terms, memory);
        var sending = new Pipe();
        var late = old.ContributeAsync("one", 0, 5, upload.Length, sending.Reader.AsStream(), default);
        await sending.Writer.WriteAsync(upload.AsMemory(0, 100));
        old.Dispose();
        using var anew = Open(terms, memory);
        await sending.Writer.WriteAsync(upload.AsMemory(100));
        Assert.Equal(ContributionOutcome.Late, (await late).Outcome);

        Assert.Equal(ContributionOutcome.Accepted, (await anew.ContributeAsync("one", 0, 5, upload.Length, new MemoryStream(upload), default)).Outcome);
        var sums = await anew.SealAsync();
        Assert.Equal("one", Assert.Single(sums.Contributions).Client);
        var model = FederationModel.Initial(task, 1);
        model.Apply(1, sums.Mean(null), 1);
        Assert.Equal(1, sums.Mean(null).Contributions);
        Assert.Equal(task.CommonSeed.ToArray().Select(v => v + 0.5f), model.Values(0), (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    private OpenRound Open(RoundTerms terms, RoundMemory memory) => new(terms, [null], memory, Path.Combine(_directory, "round-1.ledger"), _lanes, TimeProvider.System);

    private static FederatedTask NewTask()
    {
        var settings = FederationSettings.Parse(Specifications.Small("a", "fedavg", 1, ("encoding", new JsonObject { ["down"] = "f32", ["up"] = "f32" })));
        using var data = DataSet.Open(SiloFixture.Images);
        return new(settings, settings.Shape(data.Geometry, data.Classes), data.Preprocess);
    }
}
