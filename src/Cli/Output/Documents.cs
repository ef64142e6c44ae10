using System.Globalization;
using System.Text.Json.Nodes;
using Learngene.Data;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Scheduling;
using Learngene.Sdk.Experiments;
using Learngene.Sdk.Learngenes;

namespace Learngene.Cli.Output;

/// <summary>The JSON that programs read: a contract, new members only at the end.</summary>
internal static class Documents
{
    private const string SizeMetric = "accuracy/";

    public static JsonObject Job(JobStatus job) => new()
    {
        ["id"] = job.Id, ["kind"] = Kind(job.Spec.Kind), ["state"] = State(job.State), ["step"] = job.Step, ["steps"] = job.Steps,
        ["metrics"] = Numbers(job.Metrics), ["result"] = Result(job.Result), ["error"] = job.Error,
        ["name"] = job.Spec.Name, ["model"] = job.Spec.Model, ["file"] = job.Spec.File?.Sha256, ["data"] = job.Spec.Data, ["path"] = job.Spec.Path,
        ["history"] = List(job.History, e => new JsonObject { ["epoch"] = e.Epoch, ["loss"] = Number(e.Loss), ["accuracy"] = Number(e.Accuracy) }),
        ["created"] = Time(job.Created), ["checkpointStep"] = job.CheckpointStep, ["settings"] = Parsed(job.Spec.Settings),
        ["waiting"] = job.Waiting, ["device"] = job.Device, ["needs"] = Needs(job.Spec.Needs),
    };

    public static JsonObject Brief(LearngeneVersion v) => new()
    {
        ["name"] = v.Name, ["version"] = v.Version, ["kind"] = v.Kind, ["parameters"] = v.Parameters, ["sha256"] = v.Weights.Sha256, ["bytes"] = v.Weights.Length,
        ["tags"] = List(v.Tags, t => JsonValue.Create(t)), ["retired"] = v.Retired, ["created"] = Time(v.Created),
    };

    public static JsonObject Full(LearngeneVersion v)
    {
        var whole = Brief(v);
        whole["config"] = Parsed(v.Config);
        whole["preprocess"] = Parsed(v.Preprocess);
        whole["parents"] = Parents(v);
        whole["data"] = v.Data;
        whole["dataHash"] = v.DataHash;
        whole["job"] = v.Job;
        whole["settings"] = Parsed(v.Settings);
        whole["metrics"] = Numbers(v.Metrics);
        return whole;
    }

    public static JsonObject Ancestor(LearngeneVersion v) => new()
    {
        ["name"] = v.Name, ["version"] = v.Version, ["kind"] = v.Kind, ["sha256"] = v.Weights.Sha256, ["parents"] = Parents(v),
        ["data"] = v.Data, ["dataHash"] = v.DataHash, ["job"] = v.Job,
    };

    public static JsonObject Imported(LearngeneVersion v) => new()
    {
        ["name"] = v.Name, ["version"] = v.Version, ["sha256"] = v.Weights.Sha256, ["bytes"] = v.Weights.Length, ["kind"] = v.Kind, ["parameters"] = v.Parameters,
    };

    public static JsonObject Exported(LearngeneVersion v, string file) => new()
    {
        ["name"] = v.Name, ["version"] = v.Version, ["sha256"] = v.Weights.Sha256, ["bytes"] = v.Weights.Length, ["file"] = file,
    };

    public static JsonObject Descendant(Descendant d, string file, SizeAnswer? answer)
    {
        var made = new JsonObject
        {
            ["name"] = d.Learngene.Name, ["version"] = d.Learngene.Version, ["width"] = d.Width, ["depth"] = d.Depth, ["heads"] = d.Heads,
            ["parameters"] = d.Parameters, ["sha256"] = d.Weights.Sha256, ["bytes"] = d.Weights.Length, ["file"] = file,
        };
        if (answer is not null) Explain(made, answer);
        return made;
    }

    public static JsonObject Size(string name, SizeAnswer answer)
    {
        var document = new JsonObject { ["name"] = name };
        Explain(document, answer);
        return document;
    }

    public static JsonObject Estimate(Experiment experiment, ExperimentEstimate estimate, double flopsPerSecond) => new()
    {
        ["name"] = experiment.Name, ["cells"] = estimate.Cells, ["seeds"] = experiment.Seeds.Count, ["flops"] = estimate.Flops,
        ["flopsPerSecond"] = flopsPerSecond, ["hours"] = estimate.Hours(flopsPerSecond),
        ["sizes"] = List(estimate.Sizes, s => new JsonObject { ["size"] = s.Size, ["parameters"] = s.Parameters, ["flops"] = s.Flops }),
        ["methods"] = List(estimate.Methods, m => new JsonObject
        {
            ["method"] = m.Method, ["stored"] = m.Stored, ["cells"] = m.Cells, ["jobs"] = m.Jobs, ["steps"] = m.Steps, ["flops"] = m.Flops,
            ["bytes"] = m.Bytes, ["hours"] = m.Flops / flopsPerSecond / 3600,
        }),
    };

    public static string SizeName(SizeCandidate c) => c.Components is { } k ? $"{c.Width}x{c.Depth}x{k}" : $"{c.Width}x{c.Depth}";

    public static JsonObject Data(DataSetInfo d) => new()
    {
        ["name"] = d.Name, ["path"] = d.Path, ["format"] = d.Format, ["hash"] = d.Hash, ["trainImages"] = d.TrainImages, ["testImages"] = d.TestImages,
        ["classes"] = d.Classes, ["channels"] = d.Channels, ["height"] = d.Height, ["width"] = d.Width,
    };

    public static JsonObject Evaluation(JobStatus job)
    {
        var document = new JsonObject
        {
            ["accuracy"] = Metric(job, "accuracy"), ["loss"] = Metric(job, "loss"), ["images"] = (long)job.Metrics.GetValueOrDefault("images"),
        };
        if (Sizes(job).Any()) document["sizes"] = List(Sizes(job), s => new JsonObject { ["size"] = s.Size, ["accuracy"] = Number(s.Accuracy) });
        return document;
    }

    /// <summary>The sizes that a job has measured.</summary>
    public static IEnumerable<(string Size, double Accuracy)> Sizes(JobStatus job) =>
        job.Metrics.Where(m => m.Key.StartsWith(SizeMetric, StringComparison.Ordinal)).Select(m => (m.Key[SizeMetric.Length..], m.Value));

    public static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> each) => [.. items.Select(each)];

    /// <summary>The word for a kind of job.</summary>
    public static string Kind(JobKind kind) => kind switch
    {
        JobKind.LearnLets => "learn-lets",
        JobKind.AddData => "add-data",
        JobKind.LearnDecomposition => "learn-decomposition",
        JobKind.LearnBaseline => "learn-baseline",
        JobKind.TrainShard => "train-shard",
        _ => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The word for a state.</summary>
    public static string State(JobState state) => Word(state);

    /// <summary>A value of an enumeration as it is written in documents.</summary>
    public static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static JsonObject? Needs(DeviceNeed? need) => need is null ? null : new()
    {
        ["device"] = Word(need.Kind), ["memory"] = need.Memory, ["priority"] = Word(need.Priority), ["pool"] = need.Pool, ["user"] = need.User,
    };

    private static void Explain(JsonObject document, SizeAnswer answer)
    {
        document["chosen"] = Candidate(answer.Chosen);
        document["reason"] = answer.Reason;
        document["runnersUp"] = List(answer.RunnersUp, Candidate);
        document["considered"] = answer.Considered;
        document["fitting"] = answer.Fitting;
    }

    private static JsonObject Candidate(SizeCandidate c) => new()
    {
        ["width"] = c.Width, ["depth"] = c.Depth, ["components"] = c.Components, ["parameters"] = c.Parameters, ["flops"] = c.Flops, ["bytes"] = c.Bytes,
        ["latency"] = Number(c.Latency), ["accuracy"] = Number(c.Accuracy), ["accuracyIs"] = c.Known,
    };

    private static JsonNode? Result(JobResult? result) => result is not { Weights: { } weights } ? null : new JsonObject
    {
        ["name"] = result.Name, ["version"] = result.Name is null ? null : result.Version, ["sha256"] = weights.Sha256, ["bytes"] = weights.Length,
        ["parameters"] = result.Parameters, ["kind"] = result.Kind,
    };

    private static JsonArray Parents(LearngeneVersion v) =>
        List(v.Parents, p => new JsonObject { ["role"] = p.Role, ["name"] = p.Name, ["sha256"] = p.Sha256 });

    private static JsonObject Numbers(IReadOnlyDictionary<string, double> numbers) => [.. numbers.Select(n => KeyValuePair.Create(n.Key, Number(n.Value)))];

    private static JsonNode? Metric(JobStatus job, string name) => job.Metrics.TryGetValue(name, out double value) ? Number(value) : null;

    /// <summary>JSON has no NaN and no infinity.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;

    private static JsonNode? Parsed(string? json) => string.IsNullOrEmpty(json) ? null : JsonNode.Parse(json);

    /// <summary>ISO 8601.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
