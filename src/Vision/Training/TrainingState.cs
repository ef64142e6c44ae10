using System.Text.Json;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using static TorchSharp.torch;

namespace Learngene.Vision.Training;

/// <summary>What a finished epoch gave.</summary>
/// <param name="Epoch">From 1 on.</param>
/// <param name="Loss">Mean training loss of the epoch.</param>
/// <param name="Accuracy">On the test images, 0..1; null where the epoch was not evaluated.</param>
public sealed record EpochResult(int Epoch, double Loss, double? Accuracy);

/// <summary>
/// Where a run is: with the parameters and the optimiser's moments, all that a checkpoint needs, since whatever is random is drawn
/// from the seed and the step's number.
/// </summary>
public sealed record TrainingState
{
    /// <summary>Steps taken.</summary>
    public long Step { get; init; }
    /// <summary>Sum of the losses of the steps of the epoch so far.</summary>
    public double LossSum { get; init; }
    /// <summary>Steps of the epoch so far.</summary>
    public int LossCount { get; init; }
    /// <summary>The epochs so far.</summary>
    public IReadOnlyList<EpochResult> History { get; init; } = [];

    private static readonly string[] Keys = ["values", "first", "second"];

    /// <summary>Writes a checkpoint of <paramref name="owner"/>'s run.</summary>
    public void Save(Stream stream, string owner, ParameterSet parameters, AdamW optimiser)
    {
        var metadata = new Dictionary<string, string>
        {
            ["learngene.kind"] = "checkpoint", ["learngene.owner"] = owner, ["learngene.state"] = JsonSerializer.Serialize(this, Json.Strict),
        };
        using var writer = new SafetensorsWriter(stream, metadata, [.. Keys.Select(k => new TensorPlan(k, [parameters.Count], TensorType.F32))]);
        foreach (var tensor in (Tensor[])[parameters.Values, optimiser.First, optimiser.Second])
            TensorIO.Write(writer, tensor);
        writer.Complete();
    }

    /// <summary>Reads a checkpoint back into the parameters and moments.</summary>
    public static TrainingState Load(SafetensorsFile file, ParameterSet parameters, AdamW optimiser)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var targets = (Tensor[])[parameters.Values, optimiser.First, optimiser.Second];
        for (int i = 0; i < Keys.Length; i++)
            targets[i].copy_(TensorIO.Read(file, file[Keys[i]], allowNonFinite: true));
        return Json.Parse<TrainingState>(file.Metadata["learngene.state"], "learngene.state");
    }
}
