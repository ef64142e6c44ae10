using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Report;

/// <summary>What the methods took.</summary>
internal static class Costs
{
    public static Html Table(Scores scores) => Html.Of($"""
        <section><h2>Costs</h2>
        <p>Seconds as the jobs measured them: stage 1 is a method's own stage, paid once a seed and shared by all its sizes (a method that learns each width apart pays for
        each; the sum is given). A cell's seconds are initialising, tuning and measuring. Training the ancestry model and other models that methods start from is not included.</p>
        <div class="scroll"><table id="costs">
        <caption>Seconds, mean{(scores.Seeds.Count > 1 ? " ± deviation over seeds" : "")}</caption>
        <thead><tr><th scope="col">method</th><th scope="col" class="n">stage 1, per seed</th>{scores.Epochs.Select(e => Html.Of($"<th scope=\"col\" class=\"n\">cell, {Figures.Number(e, "epoch")}</th>"))}
        <th scope="col" class="n">cells</th><th scope="col" class="n">all cells</th></tr></thead>
        <tbody>{scores.Methods.Select(m => Row(scores, m))}</tbody></table></div></section>

        """);

    private static Html Row(Scores scores, string method)
    {
        var cells = scores.Results.Cells.Where(c => c.Method == method).ToList();
        var done = cells.Where(c => c.Accuracy is not null).ToList();
        var experiment = scores.Results.Experiment;
        bool oneWidth = MethodKinds.OneWidth(experiment, experiment.Methods.First(m => (m.Name ?? m.Kind) == method));
        var stage = done.GroupBy(c => c.Seed).Select(g => Stage(g, oneWidth)).ToList();
        string failed = cells.Count > done.Count ? $" ({cells.Count - done.Count} failed)" : "";
        return Html.Of($"""
            <tr><th scope="row">{method}</th><td class="n">{(stage.Any(s => s > 0) ? Written(stage) : "\u2013")}</td>{scores.Epochs.Select(e => Html.Of($"<td class=\"n\">{PerCell(done, e)}</td>"))}
            <td class="n">{cells.Count}{failed}</td><td class="n">{Figures.Seconds(done.Sum(c => c.Seconds))}</td></tr>
            """);
    }

    private static double Stage(IEnumerable<CellResult> ofSeed, bool oneWidth) => ofSeed.GroupBy(c => oneWidth ? c.Width : 0).Sum(g => g.Max(c => c.LearnSeconds));

    private static string PerCell(IEnumerable<CellResult> cells, int epochs) =>
        cells.Where(c => c.Epochs == epochs).GroupBy(c => c.Seed).Select(g => g.Average(c => c.Seconds)).ToList() is { Count: > 0 } bySeed ? Written(bySeed) : "\u2013";

    private static string Written(IReadOnlyList<double> seconds) =>
        Statistics.Of(seconds) is var s && s.Deviation is { } d ? $"{Figures.Seconds(s.Mean)}\u00a0±\u00a0{Figures.Seconds(d)}" : Figures.Seconds(s.Mean);
}
