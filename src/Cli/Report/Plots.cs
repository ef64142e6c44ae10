namespace Learngene.Cli.Report;

/// <summary>Which plots a comparison gets.</summary>
internal sealed class Plots(Scores scores)
{
    private const int MostPanels = 9;

    public Html Parameters()
    {
        var charts = scores.Ends.Select(epochs => new Chart($"plot-parameters-{epochs}", $"Accuracy against parameters, after {Figures.Number(epochs, "epoch")}", "parameters",
            [.. scores.Methods.Select((m, i) => ByParameters(m, i, epochs)).OfType<Curve>()], Figures.Round)).Where(c => c.Curves.Count > 0).ToList();
        return Figure.Of(charts, "One line per method, one point per size" + Components() + ". Dashed: methods from random weights, after their own number of epochs.");
    }

    public Html Epochs()
    {
        var sizes = scores.Sizes.Count <= MostPanels ? scores.Sizes.Select(s => (Size?)s).ToList() : [null];
        var charts = sizes.Select(size => new Chart(size is { } s ? $"plot-epochs-{s.Width}x{s.Depth}" : "plot-epochs", size is { } one ? $"{one} against epochs" : "Mean over the sizes against epochs", "epochs",
            [.. scores.Methods.SelectMany((m, i) => ByEpochs(m, i, size))])).Where(c => c.Curves.Any(l => l.Dots.Count > 1) || c.Curves.Count > 1).ToList();
        return Figure.Of(charts, "Points are cells: each a training of exactly so many epochs" + Components() + ". Dotted: accuracies along the way of a method's longest training, where it was measured.");
    }

    public IEnumerable<Html> ByComponents() =>
        from method in scores.Methods.Select((name, i) => (Name: name, Number: i))
        let variants = scores.Variants.Where(v => v.Method == method.Name && v.Components is not null).ToList()
        where variants.Count > 1
        let epochs = scores.Ends.Where(e => variants.Any(v => scores.Any(v, e))).DefaultIfEmpty(scores.EpochsOf(method.Name)[^1])
        let charts = epochs.Select(e => new Chart($"plot-components-{method.Number + 1}-{e}", $"{method.Name}: accuracy against components, after {Figures.Number(e, "epoch")}", "components",
            [.. scores.Sizes.Select((s, i) => Line(s.ToString(), new(i), variants.Select(v => (X: (double)v.Components!, scores.Over(v, s, e))))).OfType<Curve>()])).Where(c => c.Curves.Count > 0).ToList()
        where charts.Count > 0
        select Figure.Of(charts, "One line per size, one point per number of components.");

    // A method from random weights has no cell at the others' epochs: it is drawn at the most it has.
    private Curve? ByParameters(string method, int number, int epochs)
    {
        var variant = scores.Fullest(method);
        int own = variant.FromRandom ? scores.EpochsOf(method)[^1] : epochs;
        string title = variant.FromRandom ? $"{method}, {Figures.Number(own, "epoch")}" : method;
        return Line(title, new(number, Dashed: variant.FromRandom), scores.Sizes.Select(s => (X: (double)scores.Parameters(s), scores.Over(variant, s, own))).Where(p => p.X > 0));
    }

    private IEnumerable<Curve> ByEpochs(string method, int number, Size? size)
    {
        var variant = scores.Fullest(method);
        var sizes = size is { } one ? [one] : scores.Sizes;
        var epochs = scores.EpochsOf(method);
        var cells = epochs.Select(e => (X: (double)e, Mean([.. sizes.SelectMany(s => scores.Cells(variant, s, e)).Where(c => c.Accuracy is not null).Select(c => (c.Seed, c.Accuracy!.Value))])));
        var history = sizes.SelectMany(s => scores.Cells(variant, s, epochs[^1])).Where(c => c.Accuracy is not null)
            .SelectMany(c => c.History.Select(h => (h.Epoch, c.Seed, h.Accuracy))).GroupBy(h => h.Epoch).OrderBy(g => g.Key)
            .Select(g => (X: (double)g.Key, Mean([.. g.Select(h => (h.Seed, h.Accuracy))]) is { } s ? s with { Deviation = null } : (Summary?)null)).ToList();
        if (history.Count > 1 && Line(method, new(number, Marked: false), history) is { } along) yield return along;
        if (Line(method, new(number, Dashed: variant.FromRandom), cells) is { } curve) yield return curve;
    }

    // Over sizes first, so that the spread is over seeds.
    private static Summary? Mean(IReadOnlyList<(ulong Seed, double Accuracy)> values) =>
        values.Count == 0 ? null : Statistics.Of([.. values.GroupBy(v => v.Seed).Select(g => g.Average(v => v.Accuracy))]);

    private static Curve? Line(string title, Pen pen, IEnumerable<(double X, Summary? Y)> points)
    {
        Dot[] dots = [.. points.Where(p => p.Y is not null).OrderBy(p => p.X).Select(p => new Dot(p.X, new(p.Y!.Value.Count, 100 * p.Y.Value.Mean, 100 * p.Y.Value.Deviation)))];
        return dots.Length == 0 ? null : new(title, pen, dots);
    }

    private string Components() => scores.Variants.Any(v => v.Components is not null) ? ", with as many components as were tried" : "";
}
