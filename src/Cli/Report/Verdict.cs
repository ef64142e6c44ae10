namespace Learngene.Cli.Report;

/// <summary>What came out, in a sentence or two that the numbers make.</summary>
internal sealed class Verdict(Scores scores)
{
    public Html Text()
    {
        var sentences = scores.Ends.Select(Sentence).Where(s => s.Length > 0).ToList();
        int failed = scores.Results.Cells.Count(c => c.Accuracy is null), all = scores.Results.Cells.Count;
        if (sentences.Count == 0) sentences.Add(failed == all ? "No cell gave an accuracy." : "No two methods were measured at the same sizes.");
        if (failed > 0) sentences.Add($"{Figures.Number(failed, "cell")} of {all} failed and {(failed == 1 ? "is" : "are")} left out.");
        return Html.Of($"<div class=\"verdict\">{sentences.Select(s => Html.Of($"<p>{s}</p>"))}</div>");
    }

    private string Sentence(int epochs)
    {
        var variants = scores.Methods.Select(scores.Fullest).ToList();
        var runs = variants.Where(v => !v.FromRandom && scores.Any(v, epochs)).Select(v => new Run(v, epochs)).ToList();
        var random = variants.Where(v => v.FromRandom).Select(v => new Run(v, scores.EpochsOf(v.Method)[^1])).ToList();
        if (runs.Count == 0) (runs, random) = (random, []);
        var sizes = scores.Sizes.Where(s => runs.Concat(random).All(r => scores.Over(r.Variant, s, r.Epochs) is not null)).ToList();
        var ranked = runs.Select(r => (Run: r, BySeed: BySeed(r, sizes))).Where(r => r.BySeed.Count > 0).OrderByDescending(r => r.BySeed.Values.Average()).ToList();
        if (sizes.Count == 0 || ranked.Count == 0) return "";
        var best = ranked[0];
        string text = $"{(best.Run.Epochs == 0 ? "Untuned" : $"After {Figures.Number(best.Run.Epochs, "epoch")}")}, {best.Run.Variant.Title} {(ranked.Count > 1 ? "is the most accurate" : "reaches")}{(ranked.Count > 1 ? ": " : " ")}" +
            $"{Figures.Percent(best.BySeed.Values.Average())} on average over {Figures.Number(sizes.Count, "size")} and {Figures.Number(best.BySeed.Count, "seed")}";
        if (ranked.Count > 1) text += ", " + Difference(best.BySeed, ranked[1].BySeed, ranked[1].Run.Variant.Title);
        foreach (var run in random)
            if (BySeed(run, sizes) is { Count: > 0 } other) text += "; " + Difference(best.BySeed, other, $"{run.Variant.Title} after {Figures.Number(run.Epochs, "epoch")}");
        return text + ".";
    }

    private static string Difference(Dictionary<ulong, double> best, Dictionary<ulong, double> other, string title)
    {
        var differences = best.Keys.Where(other.ContainsKey).Select(seed => best[seed] - other[seed]).ToList();
        if (differences.Count == 0) return $"no seed shared with {title}";
        double mean = differences.Average();
        string sure = Statistics.Interval95(differences) is not { } i ? "one seed, so no interval"
            : $"95\u00a0% interval {Figures.Points(i.Low)} to {Figures.Points(i.High)}{(i.HoldsZero ? ": not settled by these seeds" : "")}";
        return $"{Figures.Points(Math.Abs(mean)).TrimStart('+')} points {(mean < 0 ? "below" : "above")} {title} ({sure})";
    }

    // Seeds that have all the sizes, so that every mean is over the same ones.
    private Dictionary<ulong, double> BySeed(Run run, IReadOnlyList<Size> sizes) => sizes
        .SelectMany(s => scores.Cells(run.Variant, s, run.Epochs)).Where(c => c.Accuracy is not null)
        .GroupBy(c => c.Seed).Where(g => g.Count() == sizes.Count).ToDictionary(g => g.Key, g => g.Average(c => c.Accuracy!.Value));

    private sealed record Run(Variant Variant, int Epochs);
}
