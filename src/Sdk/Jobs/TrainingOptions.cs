using System.Text.Json.Nodes;
using Learngene.Scheduling;

namespace Learngene.Sdk.Jobs;

/// <summary>What trainings share. What is null keeps the silo's default; <see cref="Config"/> holds every other key of docs/options.md.</summary>
public record TrainingOptions
{
    /// <summary>Passes over the training images.</summary>
    public int? Epochs { get; init; }
    /// <summary>Images in a step.</summary>
    public int? Batch { get; init; }
    /// <summary>Learning rate after warm-up.</summary>
    public double? Lr { get; init; }
    /// <summary>Everything random comes from it.</summary>
    public ulong? Seed { get; init; }
    /// <summary><c>fp32</c> or <c>bf16</c>.</summary>
    public string? Precision { get; init; }
    /// <summary>Where it may run and when its turn is; null is any device of the default pool.</summary>
    public DeviceNeed? Needs { get; init; }
    /// <summary>More keys; those above win.</summary>
    public JsonObject? Config { get; init; }

    /// <summary>The settings of a job, as JSON.</summary>
    public string ToSettings(params ReadOnlySpan<(string Key, JsonNode? Value)> more)
    {
        var settings = Config is null ? [] : (JsonObject)Config.DeepClone();
        foreach (var (key, value) in (ReadOnlySpan<(string, JsonNode?)>)[("epochs", Epochs), ("batch", Batch), ("lr", Lr), ("seed", Seed), ("precision", Precision), .. more])
            if (value is not null) settings[key] = value;
        return settings.ToJsonString();
    }
}
