using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Report;

/// <summary>Methods across, sizes down, a table for every number of epochs.</summary>
internal sealed class AccuracyTables(Scores scores, string title, Func<CellResult, double?> metric, Func<Summary, string> written, bool largest)
{
    private readonly int _seeds = scores.Seeds.Count;

    public static AccuracyTables Accuracy(Scores scores) => new(scores, "Accuracy, %", c => c.Accuracy, Figures.Shares, largest: true);

    public static AccuracyTables Loss(Scores scores) => new(scores, "Loss", c => c.Loss, Figures.Losses, largest: false);

    public IEnumerable<Html> All() => scores.Epochs.Select(Table);

    private Html Table(int epochs)
    {
        var columns = scores.Variants.Where(v => scores.Any(v, epochs)).Select(v => new Column(v, epochs, Counts: true)).ToList();
        if (columns.Any(c => !c.Variant.FromRandom))
            columns.AddRange(scores.Variants.Where(v => v.FromRandom).Select(v => new Column(v, scores.EpochsOf(v.Method)[^1], Counts: false)).Where(c => c.Epochs != epochs));
        var sizes = scores.Sizes.Where(s => columns.Any(c => c.Counts && scores.Cells(c.Variant, s, c.Epochs).Any()));
        return Html.Of($"""
            <div class="scroll"><table id="{(largest ? "accuracy" : "loss")}-{epochs}">
            <caption>{title}, after {Figures.Number(epochs, "epoch")}</caption>
            <thead><tr><th scope="col">size</th><th scope="col" class="n">parameters</th>{columns.Select(Heading)}</tr></thead>
            <tbody>{sizes.Select(s => Row(s, columns))}</tbody></table></div>

            """);
    }

    private static Html Heading(Column c) => c.Counts
        ? Html.Of($"<th scope=\"col\" class=\"n\">{c.Variant.Title}</th>")
        : Html.Of($"<th scope=\"col\" class=\"n aside\">{c.Variant.Title}, after {Figures.Number(c.Epochs, "epoch")}</th>");

    private Html Row(Size size, IReadOnlyList<Column> columns)
    {
        var values = columns.Select(c => scores.Over(c.Variant, size, c.Epochs, metric)).ToList();
        var competing = columns.Zip(values).Where(p => p.First.Counts && p.Second is not null).Select(p => written(p.Second!.Value with { Deviation = null })).ToList();
        string? best = competing.Count < 2 ? null : columns.Zip(values).Where(p => p.First.Counts && p.Second is not null).Select(p => p.Second!.Value)
            .MaxBy(v => largest ? v.Mean : -v.Mean) is var top ? written(top with { Deviation = null }) : null;
        return Html.Of($"<tr><th scope=\"row\">{size.ToString()}</th><td class=\"n\">{Parameters(size)}</td>{columns.Zip(values, (c, v) => Cell(c, size, v, best))}</tr>");
    }

    // What is equal as printed is equally best.
    private Html Cell(Column column, Size size, Summary? value, string? best)
    {
        var cells = scores.Cells(column.Variant, size, column.Epochs).ToList();
        string kind = column.Counts ? "n" : "n aside";
        int failed = cells.Count(c => c.Accuracy is null);
        var note = failed > 0 ? Html.Of($" <span class=\"failed\">{failed} failed</span>") : Html.Nothing;
        if (value is not { } v) return Html.Of($"<td class=\"{kind}\">{(cells.Count == 0 ? "\u2013" : "")}{note}</td>");
        var count = v.Count == _seeds ? Html.Nothing : Html.Of($" <span class=\"few\">n = {v.Count}</span>");
        var number = column.Counts && written(v with { Deviation = null }) == best ? Html.Of($"<strong>{written(v)}</strong>") : Html.Of($"{written(v)}");
        return Html.Of($"<td class=\"{kind}\">{number}{count}{note}</td>");
    }

    private string Parameters(Size size) => scores.Parameters(size) is > 0 and var count ? Figures.Count(count) : "\u2013";

    private sealed record Column(Variant Variant, int Epochs, bool Counts);
}
