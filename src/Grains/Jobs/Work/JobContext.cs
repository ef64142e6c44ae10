using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Data;
using Learngene.Grains.Data;
using Learngene.Grains.Weights;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Vision;
using Learngene.Vision.Data;
using Learngene.Vision.Files;
using Learngene.Vision.Safetensors;
using TorchSharp;

namespace Learngene.Grains.Jobs.Work;

/// <summary>All that a piece of work needs, on the lane's thread.</summary>
internal sealed record JobContext(JobRecord Record, JobRun Run, IWeightStore Store, OpenDataSets DataSets, Lazy<torch.Device> TorchDevice)
{
    public torch.Device Device => TorchDevice.Value;
    public JobSpec Spec => Record.Spec!;
    public JobInputs Inputs => Record.Inputs;

    /// <summary>The part of a training of several workers that this work is; null is a training in one.</summary>
    public TrainingPart? Part { get; init; }

    /// <summary>The file that the job starts from, opened and verified.</summary>
    public SafetensorsFile OpenModel()
    {
        var reference = Inputs.Model?.Weights ?? Spec.File ?? throw new InvalidInputException($"{JobWork.Name(Spec.Kind)} needs a model.");
        return SafetensorsFile.Open(Run.WithRoom(() => Store.Open(reference)), Inputs.Model?.Reference ?? "the file");
    }

    /// <summary>The checkpoint to go on from; null starts at the beginning, which gives the same result if it is lost or rotten.</summary>
    public SafetensorsFile? OpenCheckpoint()
    {
        try
        {
            return Record.Checkpoint is { } checkpoint ? SafetensorsFile.Open(Run.WithRoom(() => Store.Open(checkpoint)), "the checkpoint") : null;
        }
        catch (Exception e) when (e is WeightNotFoundException or CorruptWeightException or SafetensorsException)
        {
            return null;
        }
    }

    /// <summary>A file of the work itself; null where there is none yet.</summary>
    public SafetensorsFile? OpenOwn(WeightRef? file, string what) => file is null ? null : SafetensorsFile.Open(Run.WithRoom(() => Store.Open(file)), what);

    /// <summary>Stores what the job has made.</summary>
    public WeightRef Put(Action<Stream> write) => Run.WithRoom(() => Store.Put(write));

    /// <summary>The data set, opened and found to be the one that the job was accepted with.</summary>
    public DataSet OpenData() => DataSets.Open(Inputs.Data ?? throw new InvalidInputException($"{JobWork.Name(Spec.Kind)} needs a data set."));

    public IReadOnlyList<Parent> Parents(string role) =>
        Inputs.Model is { } model ? [new(role, model.Reference, model.Weights.Sha256)] : Spec.File is { } file ? [new("file", null, file.Sha256)] : [];

    /// <summary>What determined the bytes: parents, data, settings, software. No names, jobs or times, so that equal work gives an equal file.</summary>
    public string Lineage(object settings, string role, IReadOnlyList<Parent>? parents = null) =>
        Lineage(JobWork.Name(Spec.Kind), parents ?? Parents(role), Inputs.Data?.Hash, settings);

    /// <summary>The same of work that is only planned.</summary>
    public static string Lineage(string work, IReadOnlyList<Parent> parents, string? dataHash, object settings)
    {
        var lineage = new JsonObject
        {
            ["software"] = Software,
            ["work"] = work,
            ["parents"] = new JsonArray([.. parents.Select(p => (JsonNode)new JsonObject { ["role"] = p.Role, ["sha256"] = p.Sha256 })]),
        };
        if (dataHash is not null) lineage["data"] = dataHash;
        lineage["settings"] = JsonSerializer.SerializeToNode(settings, settings.GetType(), Json.Strict);
        return lineage.ToJsonString();
    }

    /// <summary>What a stored model is, for the repository.</summary>
    public JobOutcome Stored(ModelConfig config, WeightRef weights, long parameters, object settings, string role) => new()
    {
        Weights = weights, Kind = config.Kind, Config = config.Json, Parameters = parameters, Parents = Parents(role),
        Preprocess = config.Preprocess is { } p ? JsonSerializer.Serialize(p, Json.Strict) : null,
        Settings = JsonSerializer.Serialize(settings, settings.GetType(), Json.Strict),
    };

    /// <summary>Version of this software.</summary>
    public static string Software { get; } = typeof(JobContext).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
