using Learngene.Grains.Jobs.Work;
using Learngene.Jobs;
using Learngene.Learngenes;
using Learngene.Vision;
using Learngene.Vision.Budgets;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;

namespace Learngene.Grains.Learngenes;

/// <summary>Which size of a learngene to take: arithmetic over its sizes and what was measured of them, nothing is made.</summary>
internal static class SizeAdvice
{
    public static SizeAnswer For(LearngeneVersion version, string budget)
    {
        var asked = Json.Parse<BudgetRequest>(budget, "budget");
        var config = Wire.Config(version);
        var options = Options(version, config, asked);
        var choice = SizePicker.Pick(options, asked.Budget(), new AccuracyModel(Measured(version)));
        return new()
        {
            Chosen = Candidate(choice.Chosen), Reason = choice.Reason, RunnersUp = [.. choice.RunnersUp.Select(Candidate)], Considered = choice.Considered, Fitting = choice.Fitting,
        };
    }

    private static IReadOnlyList<SizeOption> Options(LearngeneVersion version, ModelConfig config, BudgetRequest asked)
    {
        var all = config switch
        {
            { Lets: { } lets } => SizeOptions.Of(lets),
            { Decomposition: { } decomposition } => SizeOptions.Of(decomposition),
            _ => throw new InvalidInputException($"{version.Reference} is a {version.Kind}; sizes are chosen of a lets or a decomposition."),
        };
        var open = all.Where(o => (asked.Width is null || o.Width == asked.Width) && (asked.Depth is null || o.Depth == asked.Depth)
            && (asked.Components is null || o.Components == asked.Components)).ToList();
        if (open.Count == 0)
            throw new InvalidInputException($"{version.Reference} has no size of width {asked.Width}, depth {asked.Depth} and components {asked.Components}; leave one of them open.");
        // Files say what they were made from, so their length depends on the request: the one that would be carried out.
        return [.. open.Select(o => o with { Config = () => FileOf(version, config, o, asked.Type) })];
    }

    private static ModelConfig FileOf(LearngeneVersion version, ModelConfig config, SizeOption size, TensorType type)
    {
        var request = new DescendSettings { Width = size.Width, Depth = size.Depth, Components = size.Components, Type = type };
        var settings = config.Lets is { } lets ? request.For(lets) : request.For(config.Decomposition!);
        var parents = (Parent[])[new("learngene", version.Reference, version.Weights.Sha256)];
        return new() { Kind = "vit", Vit = size.Shape, Preprocess = config.Preprocess, Lineage = JobContext.Lineage(JobWork.Name(JobKind.Descend), parents, null, settings) };
    }

    private static IEnumerable<MeasuredAccuracy> Measured(LearngeneVersion version)
    {
        foreach (var (name, accuracy) in version.Metrics)
            if (name.StartsWith(Grid.Prefix, StringComparison.Ordinal) && ModelSize.Parse(name[Grid.Prefix.Length..]) is var size)
                yield return new(size.Width, size.Depth, size.Components, accuracy);
    }

    private static SizeCandidate Candidate(SizeFigures f) => new()
    {
        Width = f.Size.Width, Depth = f.Size.Depth, Components = f.Size.Components, Parameters = f.Parameters, Flops = f.Flops, Bytes = f.Bytes,
        Latency = f.Latency, Accuracy = f.Accuracy.Value, Known = f.Accuracy.Source.ToString().ToLowerInvariant(),
    };

    /// <summary>A budget as it is asked: limits, and what of the size is already decided.</summary>
    private sealed record BudgetRequest
    {
        public long? MaxParams { get; init; }
        public long? MaxFlops { get; init; }
        public long? MaxBytes { get; init; }
        public double? MaxLatency { get; init; }
        public TensorType Type { get; init; } = TensorType.F32;
        public DeviceProfile? DeviceProfile { get; init; }
        public int? Width { get; init; }
        public int? Depth { get; init; }
        public int? Components { get; init; }

        public Budget Budget() => new()
        {
            MaxParams = MaxParams, MaxFlops = MaxFlops, MaxBytes = MaxBytes, MaxLatency = MaxLatency, Type = Type, Profile = DeviceProfile,
        };
    }
}
