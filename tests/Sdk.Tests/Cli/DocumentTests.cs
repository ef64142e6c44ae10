using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Cli;
using Learngene.Cli.Commands;
using Learngene.Cli.Output;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Sdk.Jobs;

namespace Learngene.Sdk.Tests.Cli;

/// <summary>The documents are a contract: member by member.</summary>
public sealed class DocumentTests
{
    private static readonly WeightRef s_weights = new(new string('a', 64), 123);
    private static readonly DateTimeOffset s_noon = new(2024, 5, 6, 14, 0, 0, TimeSpan.FromHours(2));

    private static readonly JobStatus s_queued = new()
    {
        Id = "lets-1", Spec = new() { Kind = JobKind.LearnLets, Name = "f/lets", Model = "f/a@1", Data = "d", Settings = """{"epochs":3}""" }, Created = s_noon,
    };

    [Fact]
    public void A_queued_job_has_every_member_and_no_result() => Assert.Equal(
        """{"id":"lets-1","kind":"learn-lets","state":"queued","step":0,"steps":0,"metrics":{},"result":null,"error":null,"name":"f/lets","model":"f/a@1","file":null,"data":"d","path":null,"history":[],"created":"2024-05-06T12:00:00.000Z","checkpointStep":0,"settings":{"epochs":3},"waiting":null,"device":null,"needs":null}""",
        Documents.Job(s_queued).ToJsonString());

    [Fact]
    public void A_completed_job_names_what_it_stored()
    {
        var done = s_queued with
        {
            State = JobState.Completed, Step = 9, Steps = 9, Metrics = new Dictionary<string, double> { ["accuracy"] = 0.5, ["loss"] = double.NaN },
            History = [new(1, 1.5, null)], Result = new("f/lets", 2, s_weights, "lets", "{}", 42),
        };
        var json = JsonDocument.Parse(Documents.Job(done).ToJsonString()).RootElement;
        Assert.Equal("completed", json.GetProperty("state").GetString());
        Assert.Equal(0.5, json.GetProperty("metrics").GetProperty("accuracy").GetDouble());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("metrics").GetProperty("loss").ValueKind);
        Assert.Equal($$"""{"name":"f/lets","version":2,"sha256":"{{s_weights.Sha256}}","bytes":123,"parameters":42,"kind":"lets"}""", json.GetProperty("result").GetRawText());
        Assert.Equal("""[{"epoch":1,"loss":1.5,"accuracy":null}]""", json.GetProperty("history").GetRawText());
    }

    [Theory]
    [InlineData(JobKind.Train, "train")]
    [InlineData(JobKind.LearnLets, "learn-lets")]
    [InlineData(JobKind.Import, "import")]
    [InlineData(JobKind.Descend, "descend")]
    [InlineData(JobKind.Finetune, "finetune")]
    [InlineData(JobKind.Evaluate, "evaluate")]
    [InlineData(JobKind.AddData, "add-data")]
    public void A_kind_has_its_word(JobKind kind, string word) => Assert.Equal(word, Documents.Kind(kind));

    [Fact]
    public void A_job_that_stores_no_model_has_no_result()
    {
        var evaluated = s_queued with { Spec = s_queued.Spec with { Kind = JobKind.Evaluate }, State = JobState.Completed, Result = new(null, 0, null, null, null, 0) };
        Assert.Null(Documents.Job(evaluated)["result"]);
    }

    [Fact]
    public void A_version_shows_its_configuration_as_an_object()
    {
        var version = new LearngeneVersion
        {
            Name = "f/a", Version = 3, Kind = "vit", Weights = s_weights, Config = """{"depth":2}""", Job = "train-1", Parameters = 7, Created = s_noon, Tags = ["best"],
            Parents = [new("ancestry", null, s_weights.Sha256)],
        };
        JsonObject full = Documents.Full(version);
        Assert.Equal(2, (int)full["config"]!["depth"]!);
        Assert.Equal("ancestry", (string?)full["parents"]![0]!["role"]);
        Assert.Equal(["name", "version", "kind", "parameters", "sha256", "bytes", "tags", "retired", "created"], Documents.Brief(version).Select(m => m.Key));
        Assert.Equal(["name", "version", "sha256", "bytes", "kind", "parameters"], Documents.Imported(version).Select(m => m.Key));
    }

    [Fact]
    public void Exceptions_have_their_codes()
    {
        Assert.Equal(2, Exit.Code(new RefusedException("no")));
        Assert.Equal(3, Exit.Code(new SiloUnreachableException("here:1")));
        Assert.Equal(1, Exit.Code(new JobFailedException(s_queued with { State = JobState.Failed, Error = "broke" })));
        Assert.Equal(2, Exit.Code(new JobFailedException(s_queued with { State = JobState.Failed, Error = "wrong", InputError = true })));
        Assert.Equal(1, Exit.Code(new InvalidOperationException("bug")));
    }

    [Theory]
    [InlineData("fashion/a@3", "fashion/a-tuned")]
    [InlineData("fashion/a", "fashion/a-tuned")]
    public void A_tuned_model_is_called_after_its_parent(string model, string tuned) => Assert.Equal(tuned, ModelSource.Of(model).TunedName());

    [Fact]
    public void A_tuned_file_is_called_after_its_stem() => Assert.Equal("my-model-v2-tuned", new ModelSource(null, "/x/my model v2.safetensors").TunedName());
}
