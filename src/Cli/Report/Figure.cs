namespace Learngene.Cli.Report;

/// <summary>Charts side by side on one scale of accuracy, with one legend.</summary>
internal static class Figure
{
    public static Html Of(IReadOnlyList<Chart> charts, string note)
    {
        if (charts.Count == 0) return Html.Nothing;
        var dots = charts.SelectMany(c => c.Curves).SelectMany(c => c.Dots).ToList();
        double low = dots.Min(d => d.Low), high = dots.Max(d => d.High), room = Math.Max(1, 0.06 * (high - low));
        (low, high) = (Math.Max(0, low - room), Math.Min(100.5, high + room));
        var legend = charts.SelectMany(c => c.Curves).Where(c => c.Pen.Marked).DistinctBy(c => c.Title);
        bool spread = dots.Any(d => d.Y.Deviation is not null);
        return Html.Of($"""
            <div class="figure">
            <ul class="legend">{legend.Select(c => Html.Of($"<li>{Chart.Mark(c.Pen)} {c.Title}</li>"))}</ul>
            <div class="charts">{charts.Select(c => Html.Of($"<figure><figcaption>{c.Title}</figcaption>{c.Svg(low, high)}</figure>"))}</div>
            <p class="note">{note}{(spread ? " Bars: one standard deviation over seeds." : "")}</p>
            </div>

            """);
    }
}
