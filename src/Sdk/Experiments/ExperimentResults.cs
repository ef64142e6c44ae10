using System.Text.Json;

namespace Learngene.Sdk.Experiments;

/// <summary>Everything a comparison gave: what <c>results.json</c> holds and the report shows.</summary>
public sealed record ExperimentResults
{
    /// <summary>What was compared, with its defaults filled in.</summary>
    public required Experiment Experiment { get; init; }
    /// <summary>The command that gives this.</summary>
    public required string Command { get; init; }
    /// <summary>The cells in the plan's order: seed by seed, method by method, size by size.</summary>
    public required IReadOnlyList<CellResult> Cells { get; init; }

    /// <summary>One JSON document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, new JsonSerializerOptions(ExperimentFile.Json) { WriteIndented = true });

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="ExperimentException">It is not that.</exception>
    public static ExperimentResults Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<ExperimentResults>(json, ExperimentFile.Json) ?? throw new ExperimentException("the results are null.");
        }
        catch (JsonException e)
        {
            throw new ExperimentException($"the results cannot be read: {e.Message}");
        }
    }
}
