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
    /// <summary>Which phase this is, of a run that trains one thing after another; from 0 on.</summary>
    public int Phase { get; init; }
    /// <summary>The epochs of the phases before.</summary>
    public IReadOnlyList<EpochResult> Before { get; init; } = [];

    /// <summary>Writes a checkpoint of <paramref name="owner"/>'s run.</summary>
    public void Save(Stream stream, string owner, ITrainable model, AdamW optimiser)
    {
        Checkpoint.Write(stream, owner, this, Tensors(model, optimiser));
    }

    /// <summary>Reads a checkpoint back into the parameters, moments and constants.</summary>
    public static TrainingState Load(SafetensorsFile file, ITrainable model, AdamW optimiser)
    {
        Checkpoint.Read(file, Tensors(model, optimiser));
        return Read(file);
    }

    /// <summary>Reads only where the run was, not its tensors.</summary>
    public static TrainingState Read(SafetensorsFile file) => Checkpoint.State<TrainingState>(file);

    private static (string, Tensor)[] Tensors(ITrainable model, AdamW optimiser)
    {
        (string, Tensor)[] trained = [("values", model.Parameters.Values), ("first", optimiser.First), ("second", optimiser.Second)];
        return model.Constants is { } constants ? [.. trained, ("constants", constants)] : trained;
    }
}
