namespace Learngene.Cli.Report;

/// <summary>The table of paired differences.</summary>
internal static class Differences
{
    public static Html Table(Scores scores)
    {
        var rows = Comparison.All(scores);
        if (rows.Count == 0) return Html.Nothing;
        return Html.Of($"""
            <section><h2>Differences from {scores.Reference}</h2>
            <p>Pairs have the same size, number of components (where both have one) and seed. Methods compare after the same number of epochs; where one of the two
            starts from random weights, each of its numbers of epochs is set against each of the other's. The interval is Student's t over the means of the seeds, which
            are what is independent: n is the number of seeds.{(scores.Seeds.Count == 1 ? " There is one seed, so there is no interval." : "")}
            Wins, ties and losses count sizes; a tie is a mean difference that prints as 0.0.</p>
            <div class="scroll"><table id="differences">
            <caption>Accuracy minus that of {scores.Reference}, percentage points</caption>
            <thead><tr><th scope="col">method</th><th scope="col" class="n">epochs</th><th scope="col" class="n">epochs of {scores.Reference}</th><th scope="col" class="n">mean</th>
            <th scope="col" class="n">95 % interval</th><th scope="col" class="n">n</th><th scope="col" class="n">pairs</th><th scope="col" class="n">wins / ties / losses</th></tr></thead>
            <tbody>{rows.Select(Row)}</tbody></table></div></section>

            """);
    }

    private static Html Row(Comparison c) => Html.Of($"""
        <tr><th scope="row">{c.Method}</th><td class="n">{c.Epochs}</td><td class="n">{c.ReferenceEpochs}</td><td class="n">{Mean(c)}</td><td class="n">{Interval(c)}</td>
        <td class="n">{c.BySeed.Count}</td><td class="n">{c.Pairs}</td><td class="n">{c.Wins} / {c.Ties} / {c.Losses}</td></tr>
        """);

    // Bold where zero lies outside the interval.
    private static Html Mean(Comparison c) => c.Interval is { HoldsZero: false } ? Html.Of($"<strong>{Figures.Points(c.Mean)}</strong>") : Html.Of($"{Figures.Points(c.Mean)}");

    private static string Interval(Comparison c) => c.Interval is { } i ? $"{Figures.Points(i.Low)} to {Figures.Points(i.High)}" : "none (n = 1)";
}
