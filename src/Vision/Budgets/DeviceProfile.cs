using System.Text.Json;
using Learngene.Vision.Models;

namespace Learngene.Vision.Budgets;

/// <summary>How fast a device runs ViTs, one image at a time: what <c>learngene-edge probe</c> measures and a latency budget is judged by.</summary>
public sealed record DeviceProfile
{
    /// <summary>The version of the format that is written and read.</summary>
    public const int CurrentVersion = 1;

    private const int LongestJson = 65_536, LongestName = 256, MostCores = 65_536;

    /// <summary>The version of the format; 1.</summary>
    public required int Version { get; init; }
    /// <summary>What the device calls itself, up to 256 characters.</summary>
    public required string Device { get; init; }
    /// <summary>Cores that it has, 1 or more.</summary>
    public required int Cores { get; init; }
    /// <summary>Threads that ran, 1 or more.</summary>
    public required int Threads { get; init; }
    /// <summary>Number format of the products: <c>fp32</c> or <c>bf16</c>.</summary>
    public required Precision Precision { get; init; }
    /// <summary>Sizes that the coefficients were fitted to, 1 or more.</summary>
    public required int Sizes { get; init; }
    /// <summary>Seconds for one image of the fastest size measured; below it the fit extrapolates.</summary>
    public required double Fastest { get; init; }
    /// <summary>Seconds for one image of the slowest size measured; beyond it the fit extrapolates.</summary>
    public required double Slowest { get; init; }
    /// <summary>The fitted prices.</summary>
    public required LatencyCoefficients Coefficients { get; init; }
    /// <summary>How far they are off, at sizes that they were not fitted to.</summary>
    public required LatencyError Error { get; init; }

    /// <summary>Seconds for one image, batch 1.</summary>
    public double Latency(VitShape shape) => LatencyFit.Predict(Coefficients, shape);

    /// <summary>The profile as one JSON document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Strict);

    /// <summary>Reads a profile.</summary>
    /// <param name="json">A document of up to 65,536 characters.</param>
    /// <exception cref="InvalidInputException">Not a profile: names the field, its value and what is allowed.</exception>
    public static DeviceProfile Parse(string json) => json.Length <= LongestJson
        ? Json.Parse<DeviceProfile>(json, "profile").Validated()
        : throw new InvalidInputException($"profile has {json.Length:N0} characters; one has at most {LongestJson:N0}.");

    /// <summary>This profile, if a device can have it.</summary>
    /// <exception cref="InvalidInputException">Names the field, its value and what is allowed.</exception>
    public DeviceProfile Validated()
    {
        if (Version != CurrentVersion)
            throw new InvalidInputException($"profile has version {Version}; allowed is {CurrentVersion}, so measure the device again.");
        if (Device is not { Length: > 0 and <= LongestName } || Device.Any(char.IsControl))
            throw new InvalidInputException($"profile names no device; 1 to {LongestName} printable characters are needed.");
        if (Coefficients is null || Error is null)
            throw new InvalidInputException("profile has no coefficients or no error; measure the device again.");
        Within("cores", Cores, 1, MostCores);
        Within("threads", Threads, 1, MostCores);
        Within("sizes", Sizes, 1, int.MaxValue);
        Within("error.sizes", Error.Sizes, 1, int.MaxValue);
        Within("fastest", Fastest, 0, Slowest);
        Within("slowest", Slowest, Fastest, double.MaxValue);
        Within("error.median", Error.Median, 0, double.MaxValue);
        Within("error.max", Error.Max, Error.Median, double.MaxValue);
        foreach (var (name, value) in (IEnumerable<(string, double)>)
            [("constant", Coefficients.Constant), ("layer", Coefficients.Layer), ("product", Coefficients.Product), ("weight", Coefficients.Weight),
             ("activation", Coefficients.Activation), ("attention", Coefficients.Attention), ("score", Coefficients.Score)])
            Within($"coefficients.{name}", value, 0, 1e3);
        return Coefficients.ToArray().Sum() > 0 ? this : throw new InvalidInputException("profile has no coefficient above 0, so every model would be free.");
    }

    private static void Within(string field, double value, double low, double high)
    {
        if (!(value >= low && value <= high && double.IsFinite(value)))
            throw new InvalidInputException(high == double.MaxValue || high == int.MaxValue
                ? FormattableString.Invariant($"profile has {field} {value}; it must be {low} or more.")
                : FormattableString.Invariant($"profile has {field} {value}; allowed are {low} to {high}."));
    }
}
