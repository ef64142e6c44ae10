using System.Text.Json.Nodes;
using Learngene.Jobs;

namespace Learngene.Sdk.Experiments;

/// <summary>From what is compared to the jobs that do it: every cell, and the steps that lead to it.</summary>
public sealed class ExperimentPlan
{
    private readonly Func<string, string> _hashOf;

    /// <summary>Plans an experiment.</summary>
    /// <param name="experiment">What is compared.</param>
    /// <param name="hashOf">The content hash of a data set by its name.</param>
    public ExperimentPlan(Experiment experiment, Func<string, string> hashOf)
    {
        (Experiment, _hashOf) = (experiment, hashOf);
        Cells = [.. experiment.Seeds.SelectMany(seed => experiment.Methods.SelectMany(method => CellsOf(method, seed)))];
    }

    /// <summary>What is compared.</summary>
    public Experiment Experiment { get; }
    /// <summary>The cells, seed by seed, so that a whole repetition is there early.</summary>
    public IReadOnlyList<Cell> Cells { get; }

    /// <summary>How many cells an experiment has.</summary>
    internal static long Count(Experiment e) => e.Methods.Sum(m =>
        (long)e.Seeds.Count * (m.Sizes ?? e.Sizes).Count * (m.Epochs ?? e.Epochs).Count * (MethodKinds.HasComponents(m.Kind) ? Math.Max(1, (m.Components ?? e.Components).Count) : 1));

    private IEnumerable<Cell> CellsOf(Method method, ulong seed)
    {
        foreach (string size in method.Sizes ?? Experiment.Sizes)
        {
            var (width, depth) = ExperimentFile.Size(size);
            int?[] components = MethodKinds.HasComponents(method.Kind) && (method.Components ?? Experiment.Components) is { Count: > 0 } some ? [.. some.Select(k => (int?)k)] : [null];
            foreach (int? k in components)
                foreach (int epochs in method.Epochs ?? Experiment.Epochs)
                {
                    var learn = Learn(method, seed, width);
                    var last = MethodKinds.FromRandom(method.Kind) ? FromRandom(method, seed, width, depth, epochs) : After(Start(method, seed, width, depth, k, learn), method, seed, epochs);
                    yield return new(method.Title, method.Kind, seed, width, depth, k, epochs, last, learn);
                }
        }
    }

    private Step Ancestry(ulong seed) => New(JobKind.Train, null, Experiment.Data, Merge(seed, Experiment.Settings, Model(Experiment.Ancestry.Width, Experiment.Ancestry.Depth),
        new() { ["epochs"] = Experiment.Ancestry.Epochs }, Experiment.Ancestry.Settings), named: true);

    private Step FromRandom(Method method, ulong seed, int width, int depth, int epochs)
    {
        var settings = Merge(seed, Experiment.Settings, Model(width, depth), method.Settings, new() { ["epochs"] = epochs });
        return method.Kind == "scratch" ? New(JobKind.Train, null, TuneData, settings) : OfAncestry(JobKind.Train, seed, TuneData, settings);
    }

    // The stage that a method's descendants share; null where each starts at once from a trained model.
    private Step? Learn(Method method, ulong seed, int width)
    {
        JsonObject own = MethodKinds.OneWidth(Experiment, method) ? new() { ["width"] = width, ["heads"] = width / Experiment.HeadDim } : [];
        if (method.Kind is "lets" or "decomposition") own["measureSizes"] = 0; // the cells measure them, on all test images
        var settings = Merge(seed, Experiment.Settings, own, method.Settings);
        if (method.Kind is "lets" or "decomposition" && settings["width"] is { } wide && settings["heads"] is null)
            settings["heads"] = wide.GetValue<int>() / Experiment.HeadDim;
        switch (method.Kind)
        {
            case "lets":
                return OfAncestry(JobKind.LearnLets, seed, Experiment.Data, settings, named: true);
            case "decomposition":
                return OfAncestry(JobKind.LearnDecomposition, seed, Experiment.Data, settings, named: true);
            case "decompose":
                return Of(method.Source, JobKind.Decompose, seed, width, method.Settings.ContainsKey("epochs") ? Experiment.Data : null,
                    method.Settings.ContainsKey("epochs") ? Merge(seed, Experiment.Settings, method.Settings) : (JsonObject)method.Settings.DeepClone(), named: true);
            case "tleg" or "sws" or "wave":
                settings["baseline"] = method.Kind;
                return OfAncestry(JobKind.LearnBaseline, seed, Experiment.Data, settings, named: true);
            default:
                return null;
        }
    }

    private Step Start(Method method, ulong seed, int width, int depth, int? components, Step? learn)
    {
        var size = new JsonObject { ["width"] = width, ["depth"] = depth };
        if (components is { } k) size["components"] = k;
        if (method.Kind is "lets" or "decomposition" or "decompose" or "tleg") return New(JobKind.Descend, learn, null, size);
        size["heads"] = width / Experiment.HeadDim;
        size["seed"] = seed;
        size["baseline"] = method.Kind;
        if (learn is not null) return New(JobKind.Initialise, learn, method.Kind == "wave" ? Experiment.Data : null, size);
        bool trains = method.Kind == "ligo";
        return Of(method.Source, JobKind.Initialise, seed, width, trains ? Experiment.Data : null, Merge(seed, trains ? Experiment.Settings : [], method.Settings, size));
    }

    private Step After(Step start, Method method, ulong seed, int epochs)
    {
        var settings = Merge(seed, Experiment.Settings, Experiment.Tune, method.Tune, new() { ["epochs"] = epochs });
        return epochs == 0 ? New(JobKind.Evaluate, start, TuneData, OfMeasuring(settings)) : New(JobKind.Finetune, start, TuneData, settings);
    }

    // What is not tuned is measured as what is tuned: on the same test images, in the same number format.
    private static JsonObject OfMeasuring(JsonObject settings) =>
        new(settings.Where(s => s.Key is "testImages" or "precision").Select(s => KeyValuePair.Create(s.Key, s.Value?.DeepClone())));

    private Step Of(SourceModel? source, JobKind kind, ulong seed, int width, string? data, JsonObject settings, bool named = false)
    {
        if (source is null) return OfAncestry(kind, seed, data, settings, named);
        var training = Merge(seed, Experiment.Settings, Model(source.Width ?? width, source.Depth), new() { ["epochs"] = source.Epochs });
        var trained = source.Distil ? OfAncestry(JobKind.Train, seed, Experiment.Data, training, named: true) : New(JobKind.Train, null, Experiment.Data, training, named: true);
        return New(kind, trained, data, settings, named);
    }

    private Step OfAncestry(JobKind kind, ulong seed, string? data, JsonObject settings, bool named = false) => Experiment.Ancestry.Model is { } model
        ? new(kind, null, model, data, data is null ? "" : _hashOf(data), settings, named)
        : New(kind, Ancestry(seed), data, settings, named);

    private Step New(JobKind kind, Step? source, string? data, JsonObject settings, bool named = false) =>
        new(kind, source, null, data, data is null ? "" : _hashOf(data), settings, named);

    private string TuneData => Experiment.TuneOn ?? Experiment.Data;

    private JsonObject Model(int width, int depth) => new() { ["width"] = width, ["depth"] = depth, ["patch"] = Experiment.Patch, ["heads"] = width / Experiment.HeadDim };

    // Later ones win; trainings measure their accuracy at the end only, unless told otherwise.
    private static JsonObject Merge(ulong seed, params ReadOnlySpan<JsonObject> parts)
    {
        var merged = new JsonObject { ["evaluateEvery"] = 0, ["seed"] = seed };
        foreach (var part in parts)
            foreach (var (key, value) in part) merged[key] = value?.DeepClone();
        return merged;
    }
}
