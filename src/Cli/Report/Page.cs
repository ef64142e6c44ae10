namespace Learngene.Cli.Report;

/// <summary>The report: one page that needs nothing else, neither network nor script.</summary>
internal static class Page
{
    public static Html Of(Scores scores)
    {
        var experiment = scores.Results.Experiment;
        return Html.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{experiment.Name}</title>
            <style>{Style()}</style>
            </head>
            <body>
            <header><h1>{experiment.Name}</h1>
            {(experiment.Description is { Length: > 0 } text ? Html.Of($"<p class=\"description\">{text}</p>") : Html.Nothing)}
            {new Verdict(scores).Text()}
            <p class="note">{Figures.Number(scores.Methods.Count, "method")}, {Figures.Number(scores.Sizes.Count, "size")}, {Figures.Number(scores.Seeds.Count, "seed")}, {Figures.Number(scores.Results.Cells.Count, "cell")}.</p></header>
            <main>
            {Accuracy(scores)}
            {Plots(new(scores))}
            {Differences.Table(scores)}
            {Costs.Table(scores)}
            {Provenance.Section(scores)}
            </main>
            </body>
            </html>

            """);
    }

    private static Html Accuracy(Scores scores)
    {
        bool loss = scores.Results.Experiment.Metrics.Contains("loss"), context = scores.Variants.Any(v => v.FromRandom) && scores.Tuned.Count > 0;
        string spread = scores.Seeds.Count > 1 ? $"Mean ± standard deviation over {scores.Seeds.Count} seeds, fewer where n says so." : "One seed, so there is no deviation.";
        return Html.Of($"""
            <section><h2>Accuracy</h2>
            <p>{spread} Bold: the best of a row after that many epochs.{(context ? " Columns in italics stand beside it for comparison: methods from random weights, after the most epochs they have." : "")}</p>
            {AccuracyTables.Accuracy(scores).All()}{(loss ? AccuracyTables.Loss(scores).All() : [])}</section>
            """);
    }

    private static Html Plots(Plots plots) => Html.Of($"""
        {Section("Against parameters", [plots.Parameters()])}{Section("Against epochs", [plots.Epochs()])}{Section("Against components", plots.ByComponents())}
        """);

    private static Html Section(string title, IEnumerable<Html> figures) =>
        figures.Where(f => f != Html.Nothing).ToList() is { Count: > 0 } some ? Html.Of($"<section><h2>{title}</h2>\n{some}</section>\n") : Html.Nothing;

    private static Html Style()
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return Html.Trusted(reader.ReadToEnd());
    }
}
