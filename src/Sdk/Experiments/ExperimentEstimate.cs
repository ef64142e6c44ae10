using System.Text.Json.Nodes;
using Learngene.Jobs;

namespace Learngene.Sdk.Experiments;

/// <summary>A model of the comparison in numbers.</summary>
/// <param name="Size">Its size.</param><param name="Parameters">All parameters.</param><param name="Flops">Operations of a forward pass over one image.</param>
public sealed record SizeEstimate(string Size, long Parameters, long Flops);

/// <summary>What a method's jobs cost over all seeds.</summary>
/// <param name="Method">Its title.</param>
/// <param name="Stored">Trainable numbers of what its descendants come from: learngene and matrices, components; 0 where it has none.</param>
/// <param name="Cells">Its cells.</param><param name="Jobs">Jobs of its own, those shared counted where they first occur.</param>
/// <param name="Steps">Training steps.</param><param name="Flops">Operations of its trainings: forward and backward, and the teacher's forward passes.</param>
/// <param name="Bytes">Memory that its largest training needs at least.</param>
public sealed record MethodEstimate(string Method, long Stored, int Cells, int Jobs, long Steps, double Flops, long Bytes);

/// <summary>What an experiment would do and cost, from its numbers alone: what <c>compare --dry-run</c> tells.</summary>
public sealed class ExperimentEstimate
{
    private const int SwsDepth = 16; // of its auxiliary model, where no other is given

    private readonly Experiment _experiment;
    private readonly DataFacts _data, _tuneOn;
    private readonly long _teacherFlops;

    private ExperimentEstimate(ExperimentPlan plan, DataFacts data, DataFacts tuneOn)
    {
        (_experiment, _data, _tuneOn) = (plan.Experiment, data, tuneOn);
        _teacherFlops = _experiment.Ancestry.Width > 0 ? Cost(_experiment.Ancestry.Width, _experiment.Ancestry.Depth, data).Flops : 0;
        Cells = plan.Cells.Count;
        Sizes = [.. plan.Cells.Select(c => (c.Width, c.Depth)).Distinct().Order().Select(s => new SizeEstimate($"{s.Width}x{s.Depth}", Cost(s.Width, s.Depth, tuneOn).Parameters, Cost(s.Width, s.Depth, tuneOn).Flops))];
        var seen = new HashSet<string>();
        Methods = [.. plan.Cells.GroupBy(c => c.Method).Select(cells => Of(cells.Key, [.. cells], seen))];
    }

    /// <summary>Cells in all.</summary>
    public int Cells { get; }
    /// <summary>The sizes.</summary>
    public IReadOnlyList<SizeEstimate> Sizes { get; }
    /// <summary>The methods.</summary>
    public IReadOnlyList<MethodEstimate> Methods { get; }
    /// <summary>Operations in all.</summary>
    public double Flops => Methods.Sum(m => m.Flops);
    /// <summary>Hours on a device that sustains so many operations a second.</summary>
    public double Hours(double flopsPerSecond) => Flops / flopsPerSecond / 3600;

    /// <summary>Estimates a plan.</summary>
    /// <param name="plan">The plan.</param><param name="data">Its data set in numbers.</param><param name="tuneOn">The data set of the tuning.</param>
    public static ExperimentEstimate Of(ExperimentPlan plan, DataFacts data, DataFacts tuneOn) => new(plan, data, tuneOn);

    private MethodEstimate Of(string method, IReadOnlyList<Cell> cells, HashSet<string> seen)
    {
        var steps = cells.SelectMany(c => c.Last.Chain()).Where(s => seen.Add(s.Id)).Where(s => s.Kind is not (JobKind.Descend or JobKind.Evaluate)).ToList();
        var sizes = cells.SelectMany(c => c.Last.Chain().Select(s => (s.Id, Cell: c))).DistinctBy(p => p.Id).ToDictionary(p => p.Id, p => p.Cell);
        long count = 0, bytes = 0;
        double flops = 0;
        foreach (var step in steps)
        {
            var (images, epochs, batch) = Length(step);
            var work = Work(step, sizes[step.Id]);
            long? limit = StepsOf(step);
            count += limit ?? images / batch * epochs;
            flops += (double)work.Flops * (limit * batch ?? images * epochs);
            bytes = Math.Max(bytes, work.Bytes(batch));
        }
        return new(method, cells.Max(c => c.Learn is null ? 0 : Stored(c.Learn, c)), cells.Count, steps.Count, count, flops, bytes);
    }

    // Operations for one training image, and the memory of a step.
    private (long Flops, Func<int, long> Bytes) Work(Step step, Cell cell)
    {
        int Setting(string key, int otherwise) => step.Settings[key] is JsonValue v && v.TryGetValue(out int n) ? n : otherwise;
        int depth = step.Kind == JobKind.LearnBaseline && step.Settings["baseline"]?.GetValue<string>() == "sws" ? SwsDepth : cell.Depth;
        var own = Cost(Setting("width", cell.Width), Setting("depth", depth), step.Data == _experiment.Data ? _data : _tuneOn);
        // Where images come in two forms at most, the teacher answers each once (Vision's Teacher).
        bool varied = ((string[])["mixup", "cutmix", "randAugmentOps", "randomErasing", "cropPadding", "colorJitter"]).Any(key => step.Settings[key] is JsonValue v && v.ToString() != "0");
        long taught = step.Kind is JobKind.Finetune or JobKind.Initialise || step.Data is null || (step.Source ?? (object?)step.Model) is null ? 0
            : varied ? _teacherFlops : 2 * _teacherFlops / Math.Max(2, Length(step).Epochs);
        long stored = step.Kind == JobKind.Train ? own.Parameters : Stored(step, cell);
        int narrow = Setting("learngeneWidth", Setting("componentWidth", own.Width));
        double share = Sampled(step) ? MeanShare(own, narrow, Setting("minWidth", narrow), Setting("minDepth", 2)) : 1;
        return step.Data is null ? (0, _ => 4 * own.Parameters) : ((long)(own.TrainingFlops * share) + taught, batch => own.TrainingBytes(batch) + 16 * stored);
    }

    // What a baseline trains while it makes a model: counted in steps. Null: epochs count.
    private static long? StepsOf(Step step)
    {
        if (step.Settings["steps"] is JsonValue v && v.TryGetValue(out long given)) return given;
        return step.Kind != JobKind.Initialise ? null : step.Settings["baseline"]?.GetValue<string>() switch { "ligo" => 100, "wave" => 150, _ => 0 };
    }

    private static bool Sampled(Step step) => step.Kind switch
    {
        JobKind.LearnLets => step.Settings["stage1"]?.GetValue<string>() is null or "sampled",
        JobKind.LearnDecomposition => step.Settings["training"]?.GetValue<string>() is null or "sampled",
        _ => false,
    };

    // What a step costs on average against the largest size, where width and depth are drawn evenly.
    private double MeanShare(ModelCost largest, int learngeneWidth, int minWidth, int minDepth)
    {
        int least = Math.Min(minWidth, Math.Min(learngeneWidth, largest.Width));
        var widths = Enumerable.Range(0, (largest.Width - least) / _experiment.HeadDim + 1).Select(i => least + i * _experiment.HeadDim);
        var depths = Enumerable.Range(Math.Min(minDepth, largest.Depth), largest.Depth - Math.Min(minDepth, largest.Depth) + 1).ToList();
        return widths.SelectMany(w => depths.Select(d => (double)(largest with { Width = w, Depth = d }).Flops)).Average() / largest.Flops;
    }

    private long Stored(Step learn, Cell cell)
    {
        int Setting(string key, int otherwise) => learn.Settings[key] is JsonValue v && v.TryGetValue(out int n) ? n : otherwise;
        var own = Cost(Setting("width", cell.Width), Setting("depth", cell.Depth), _data);
        int components = learn.Settings["components"] is JsonArray { Count: > 0 } counts ? counts[^1]!.GetValue<int>() : Setting("components", own.Depth);
        return learn.Kind switch
        {
            JobKind.LearnLets => Cost(Setting("learngeneWidth", own.Width), Setting("learngeneDepth", own.Depth), _data).LetsParameters(own.Width, own.Depth, Setting("rank", 0)),
            JobKind.LearnDecomposition or JobKind.Decompose => Cost(Setting("componentWidth", own.Width), own.Depth, _data).ComponentParameters(components, own.Width),
            _ => own.Parameters,
        };
    }

    private (long Images, long Epochs, int Batch) Length(Step step)
    {
        int Setting(string key, int otherwise) => step.Settings[key] is JsonValue v && v.TryGetValue(out int n) ? n : otherwise;
        int all = (step.Data == _experiment.Data ? _data : _tuneOn).TrainImages, images = Setting("images", 0) is > 0 and var some ? Math.Min(some, all) : all;
        int phases = step.Settings["training"] is JsonValue form && form.GetValue<string>() == "phases" && step.Settings["components"] is JsonArray counts ? counts.Count : 1;
        return (images, step.Data is null ? 0 : phases * Setting("epochs", step.Kind is JobKind.LearnLets or JobKind.LearnDecomposition ? 20 : 10), Setting("batch", 128));
    }

    private ModelCost Cost(int width, int depth, DataFacts data) => new(width, depth, _experiment.Patch, data.ImageSize, data.Channels, data.Classes);
}
