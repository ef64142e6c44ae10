using System.Text.Json;
using System.Text.Json.Nodes;
using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Report;

/// <summary>How it was run, and every cell.</summary>
internal static class Provenance
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static Html Section(Scores scores)
    {
        var results = scores.Results;
        return Html.Of($"""
            <section><h2>How it was run</h2>
            <dl>
            <dt>Command</dt><dd><code>{results.Command}</code></dd>
            <dt>Data</dt><dd>{results.Experiment.Data}{(results.Experiment.TuneOn is { } other ? $"; tuned and measured on {other}" : "")}</dd>
            <dt>Seeds</dt><dd>{string.Join(", ", scores.Seeds)}</dd>
            <dt>Software</dt><dd>{Distinct(results, c => c.Software)}</dd>
            <dt>Machine</dt><dd>{Distinct(results, c => c.Machine)}</dd>
            </dl>
            <details><summary>The experiment</summary><pre>{Experiment(results)}</pre></details>
            <details><summary>Every cell ({results.Cells.Count})</summary>
            <div class="scroll"><table id="cells">
            <thead><tr><th scope="col">method</th><th scope="col">kind</th><th scope="col" class="n">seed</th><th scope="col">size</th><th scope="col" class="n">components</th><th scope="col" class="n">epochs</th>
            <th scope="col" class="n">parameters</th><th scope="col" class="n">FLOPs</th><th scope="col" class="n">accuracy</th><th scope="col" class="n">loss</th><th scope="col" class="n">seconds</th>
            <th scope="col">hash</th><th scope="col">jobs</th><th scope="col">error</th></tr></thead>
            <tbody>{results.Cells.Select(Row)}</tbody></table></div></details></section>

            """);
    }

    private static Html Row(CellResult c) => Html.Of($"""
        <tr{(c.Accuracy is null ? Html.Trusted(" class=\"broken\"") : Html.Nothing)}><th scope="row">{c.Method}</th><td>{c.Kind}</td><td class="n">{c.Seed}</td><td>{Scores.SizeOf(c).ToString()}</td>
        <td class="n">{c.Components}</td><td class="n">{c.Epochs}</td><td class="n">{(c.Parameters > 0 ? Figures.Count(c.Parameters) : "")}</td><td class="n">{(c.Flops > 0 ? Figures.Count(c.Flops) : "")}</td>
        <td class="n">{(c.Accuracy is { } a ? Figures.Percent(a) : "failed")}</td><td class="n">{c.Loss:0.000}</td><td class="n">{Figures.Seconds(c.Seconds)}</td>
        <td><code>{c.Hash}</code></td><td><code>{string.Join(", ", c.Jobs)}</code></td><td>{c.Error}</td></tr>

        """);

    private static string Distinct(ExperimentResults results, Func<CellResult, string> of) => string.Join("; ", results.Cells.Select(of).Distinct());

    private static string Experiment(ExperimentResults results) => JsonNode.Parse(results.ToJson())!["experiment"]!.ToJsonString(s_indented);
}
