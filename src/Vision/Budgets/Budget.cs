using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Budgets;

/// <summary>What a model may cost: every limit that is given holds at once.</summary>
public sealed record Budget
{
    /// <summary>Parameters at most. Default null, no limit.</summary>
    public long? MaxParams { get; init; }
    /// <summary>Operations of a forward pass over one image at most, two a multiply-add. Default null, no limit.</summary>
    public long? MaxFlops { get; init; }
    /// <summary>Bytes of the safetensors file at most. Default null, no limit.</summary>
    public long? MaxBytes { get; init; }
    /// <summary>Seconds for one image at most, on the device of <see cref="Profile"/>. Default null, no limit.</summary>
    public double? MaxLatency { get; init; }
    /// <summary>Number format of the file: F32 (default), F16 or BF16.</summary>
    public TensorType Type { get; init; } = TensorType.F32;
    /// <summary>The device that <see cref="MaxLatency"/> is meant for; latencies are told where it is given. Default null.</summary>
    public DeviceProfile? Profile { get; init; }

    /// <summary>This budget, if it says something that can be held.</summary>
    /// <exception cref="InvalidInputException">Names the field, its value and what to do.</exception>
    public Budget Validated()
    {
        if (MaxParams is null && MaxFlops is null && MaxBytes is null && MaxLatency is null)
            throw new InvalidInputException("a budget needs a limit; give at least one of maxParams, maxFlops, maxBytes and maxLatency.");
        Positive("maxParams", MaxParams, "a number of parameters such as 3000000");
        Positive("maxFlops", MaxFlops, "a number of operations for one image such as 1000000000");
        Positive("maxBytes", MaxBytes, "a number of bytes such as 4000000");
        if (MaxLatency is { } latency && !(latency > 0 && double.IsFinite(latency)))
            throw new InvalidInputException(FormattableString.Invariant($"maxLatency {latency} is not a positive number; give seconds for one image such as 0.008."));
        if (MaxLatency is not null && Profile is null)
            throw new InvalidInputException(FormattableString.Invariant(
                $"maxLatency {MaxLatency} needs the profile of a device; measure one with 'learngene-edge probe -o profile.json'."));
        if (Type is not (TensorType.F32 or TensorType.F16 or TensorType.BF16))
            throw new InvalidInputException($"type {Type} cannot be written; allowed are F32, F16 and BF16.");
        Profile?.Validated();
        return this;
    }

    /// <summary>Whether a size keeps every limit.</summary>
    public bool Allows(SizeOption size) =>
        (MaxParams is not { } parameters || size.Parameters <= parameters)
        && (MaxFlops is not { } flops || size.Flops <= flops)
        && (MaxLatency is not { } latency || Profile!.Latency(size.Shape) <= latency)
        && (MaxBytes is not { } bytes || size.FitsIn(bytes, Type));

    private static void Positive(string field, long? value, string example)
    {
        if (value is <= 0) throw new InvalidInputException($"{field} {value} is not positive; give {example}.");
    }
}
