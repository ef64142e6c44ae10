using System.Text.RegularExpressions;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Learngene.Cli.Report;

/// <summary>A point with its spread over seeds; accuracies in percent.</summary>
internal readonly record struct Dot(double X, Summary Y)
{
    public double Low => Y.Mean - (Y.Deviation ?? 0);

    public double High => Y.Mean + (Y.Deviation ?? 0);
}

/// <summary>A line of a chart.</summary>
/// <param name="Title">What the legend calls it.</param><param name="Pen">Its colour and marker.</param><param name="Dots">Its points, at least one.</param>
internal sealed record Curve(string Title, Pen Pen, IReadOnlyList<Dot> Dots);

/// <summary>A plot of accuracy against something, as SVG that takes on the page's colours.</summary>
/// <param name="Id">Its id on the page.</param><param name="Title">What it shows, as text.</param><param name="Across">What runs across.</param>
/// <param name="Curves">Its lines.</param><param name="Labels">How a number across is written; null for whole numbers.</param>
internal sealed partial record Chart(string Id, string Title, string Across, IReadOnlyList<Curve> Curves, Func<double, string>? Labels = null)
{
    private const int Wide = 460, High = 300;
    private const double LogarithmicFrom = 20;

    /// <summary>The chart with an axis of accuracy from a number to another, so that neighbours can be compared.</summary>
    public Html Svg(double low, double high)
    {
        var model = Empty(new(8, 8, 16, 4));
        model.Axes.Add(Axis(new LinearAxis { Position = AxisPosition.Left, Minimum = low, Maximum = high, LabelFormatter = y => Figures.Whole(y) + "\u00a0%", MajorGridlineStyle = LineStyle.Solid, IntervalLength = 45 }));
        model.Axes.Add(Axis(Horizontal()));
        foreach (var curve in Curves) Draw(model, curve);
        string svg = Export(model, Wide, High);
        return Html.Of($"<svg id=\"{Id}\" role=\"img\" aria-labelledby=\"{Id}-title\" viewBox=\"0 0 {Wide} {High}\"><title id=\"{Id}-title\">{Title}</title>{Html.Trusted(Clip().Replace(svg, Id + "-clip"))}</svg>");
    }

    /// <summary>A pen's mark for a legend.</summary>
    public static Html Mark(Pen pen)
    {
        var model = Empty(new(0));
        foreach (var side in (AxisPosition[])[AxisPosition.Left, AxisPosition.Bottom])
            model.Axes.Add(new LinearAxis { Position = side, Minimum = -1, Maximum = 1, IsAxisVisible = false });
        Draw(model, new("", pen, [new(-1, new(1, 0, null)), new(1, new(1, 0, null))]), ends: false);
        if (pen.Marked) Draw(model, new("", pen, [new(0, new(1, 0, null))]));
        return Html.Of($"<svg class=\"mark\" aria-hidden=\"true\" viewBox=\"0 0 36 16\">{Html.Trusted(Clipping().Replace(Export(model, 36, 16), ""))}</svg>");
    }

    private static void Draw(PlotModel model, Curve curve, bool ends = true)
    {
        var pen = curve.Pen;
        var line = new LineSeries
        {
            Color = pen.Colour, StrokeThickness = pen.Marked ? 2 : 1.5, Dashes = pen.Dashes, MarkerType = pen.Marked && ends ? pen.Marker : MarkerType.None, MarkerSize = 4.5,
            MarkerFill = pen.Colour, MarkerStroke = pen.Colour, MarkerStrokeThickness = 1.5,
        };
        line.Points.AddRange(curve.Dots.Select(d => new DataPoint(d.X, d.Y.Mean)));
        model.Series.Add(line);
        var spread = new ScatterErrorSeries { MarkerType = MarkerType.None, ErrorBarColor = pen.Colour, ErrorBarStrokeThickness = 1.2, ErrorBarStopWidth = 3 };
        foreach (var d in curve.Dots)
            if (d.Y.Deviation is { } deviation) spread.Points.Add(new(d.X, d.Y.Mean, 0, 2 * deviation));
        model.Series.Add(spread);
    }

    private Axis Horizontal()
    {
        var xs = Curves.SelectMany(c => c.Dots).Select(d => d.X).ToList();
        double low = xs.Min(), high = xs.Max();
        if (low > 0 && high / low > LogarithmicFrom)
            return new LogarithmicAxis { Position = AxisPosition.Bottom, Minimum = low / 1.3, Maximum = high * 1.3, Title = Across, LabelFormatter = Labels };
        double room = high > low ? 0.05 * (high - low) : Math.Max(0.5, 0.1 * high);
        return new LinearAxis
        {
            Position = AxisPosition.Bottom, Minimum = low - room, Maximum = high + room, Title = Across, LabelFormatter = Labels, MinimumMajorStep = 1, StringFormat = "0", IntervalLength = 70,
        };
    }

    private static Axis Axis(Axis axis)
    {
        axis.TicklineColor = Pen.Text;
        axis.AxislineColor = Pen.Text;
        axis.AxislineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = OxyColor.FromAColor(40, Pen.Text);
        axis.MinorTickSize = 0;
        axis.MajorTickSize = 4;
        axis.AxisTitleDistance = 10;
        return axis;
    }

    private static PlotModel Empty(OxyThickness padding) => new()
    {
        Background = OxyColors.Transparent, PlotAreaBackground = OxyColors.Transparent, PlotAreaBorderThickness = new(0), TextColor = Pen.Text, DefaultFont = "system-ui, sans-serif",
        DefaultFontSize = 12, Padding = padding,
    };

    // What is inside the exporter's root element, with the page's colour for text and lines.
    private static string Export(PlotModel model, int width, int height)
    {
        string svg = SvgExporter.ExportToString(model, width, height, isDocument: false);
        int start = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        return Space().Replace(svg[start..svg.LastIndexOf("</svg>", StringComparison.Ordinal)].Replace("rgb(1,2,3)", "currentColor"), "><");
    }

    [GeneratedRegex(@">\s+<")]
    private static partial Regex Space();

    // Marks stand many times on a page, where an id may stand once.
    [GeneratedRegex("<defs>.*?</defs>| clip-path=\"[^\"]*\"", RegexOptions.Singleline)]
    private static partial Regex Clipping();

    [GeneratedRegex(@"clipPath(?=\d)")]
    private static partial Regex Clip();
}
