using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Report;

/// <summary>A method with its number of components: what stands in one column.</summary>
internal sealed record Variant(string Method, string Kind, int? Components)
{
    public bool FromRandom => MethodKinds.FromRandom(Kind);

    public string Title => Components is { } k ? $"{Method}, {Figures.Number(k, "component")}" : Method;
}

/// <summary>Width and depth.</summary>
internal readonly record struct Size(int Width, int Depth)
{
    public override string ToString() => $"{Width}×{Depth}";
}

/// <summary>A comparison's cells, by what the report asks for.</summary>
internal sealed class Scores
{
    private readonly ILookup<(Variant, Size, int), CellResult> _cells;
    private readonly Dictionary<Size, long> _parameters;

    public Scores(ExperimentResults results)
    {
        Results = results;
        var order = results.Experiment.Methods.Select(m => m.Name ?? m.Kind).Concat(results.Cells.Select(c => c.Method)).Distinct().ToList();
        var cells = results.Cells.OrderBy(c => order.IndexOf(c.Method)).ToList();
        _cells = cells.ToLookup(c => (VariantOf(c), SizeOf(c), c.Epochs));
        _parameters = cells.GroupBy(SizeOf).ToDictionary(g => g.Key, g => g.Max(c => c.Parameters));
        Methods = [.. order.Where(m => cells.Any(c => c.Method == m))];
        Variants = [.. cells.Select(VariantOf).Distinct().OrderBy(v => order.IndexOf(v.Method)).ThenBy(v => v.Components)];
        Sizes = [.. _parameters.Keys.OrderBy(s => _parameters[s]).ThenBy(s => s.Width).ThenBy(s => s.Depth)];
        Epochs = [.. cells.Select(c => c.Epochs).Distinct().Order()];
        Seeds = [.. cells.Select(c => c.Seed).Distinct()];
        var tuned = Methods.Select(m => Variants.First(v => v.Method == m)).Where(v => !v.FromRandom).Select(v => EpochsOf(v.Method)).ToList();
        Tuned = [.. tuned.SelectMany(e => e).Distinct().Order()];
        LastCommon = Tuned.Where(e => tuned.All(own => own.Contains(e))).DefaultIfEmpty(Tuned.LastOrDefault(Epochs.LastOrDefault())).Last();
        string reference = results.Experiment.Reference ?? order.FirstOrDefault() ?? "";
        Reference = Methods.Contains(reference) ? reference : Methods.FirstOrDefault();
    }

    public ExperimentResults Results { get; }
    /// <summary>Titles in the experiment's order.</summary>
    public IReadOnlyList<string> Methods { get; }
    public IReadOnlyList<Variant> Variants { get; }
    /// <summary>Smallest first.</summary>
    public IReadOnlyList<Size> Sizes { get; }
    public IReadOnlyList<int> Epochs { get; }
    public IReadOnlyList<ulong> Seeds { get; }
    /// <summary>Numbers of epochs of methods that start from something trained.</summary>
    public IReadOnlyList<int> Tuned { get; }
    /// <summary>The largest number of epochs that all of those have.</summary>
    public int LastCommon { get; }
    /// <summary>What the others are subtracted from.</summary>
    public string? Reference { get; }

    /// <summary>Numbers of epochs at which plots are drawn: untrained and at the end.</summary>
    public IEnumerable<int> Ends => Tuned.Contains(0) && LastCommon != 0 ? [0, LastCommon] : [LastCommon];

    public long Parameters(Size size) => _parameters[size];

    public IReadOnlyList<int> EpochsOf(string method) => [.. _cells.Where(g => g.Key.Item1.Method == method).Select(g => g.Key.Item3).Distinct().Order()];

    public IEnumerable<CellResult> Cells(Variant variant, Size size, int epochs) => _cells[(variant, size, epochs)];

    public bool Any(Variant variant, int epochs) => Sizes.Any(s => _cells.Contains((variant, s, epochs)));

    /// <summary>A method with as many components as it was tried with.</summary>
    public Variant Fullest(string method) => Variants.Last(v => v.Method == method);

    /// <summary>A metric of a variant at a size over the seeds; null where no seed has it.</summary>
    public Summary? Over(Variant variant, Size size, int epochs, Func<CellResult, double?>? metric = null)
    {
        var values = Cells(variant, size, epochs).Select(metric ?? (c => c.Accuracy)).OfType<double>().ToList();
        return values.Count == 0 ? null : Statistics.Of(values);
    }

    public static Variant VariantOf(CellResult c) => new(c.Method, c.Kind, c.Components);

    public static Size SizeOf(CellResult c) => new(c.Width, c.Depth);
}
