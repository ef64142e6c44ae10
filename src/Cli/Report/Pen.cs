using OxyPlot;

namespace Learngene.Cli.Report;

/// <summary>How a line is drawn: colour and marker, either of which tells it apart, and dashes for what has another number of epochs.</summary>
/// <param name="Number">Which of the colours and markers.</param><param name="Dashed">Whether it is dashed.</param><param name="Marked">Whether its points are marked.</param>
internal sealed record Pen(int Number, bool Dashed = false, bool Marked = true)
{
    /// <summary>Colours that stand out (3:1 or more) on white and on the dark page.</summary>
    internal static readonly IReadOnlyList<OxyColor> Colours =
    [
        OxyColor.FromRgb(0x2f, 0x7e, 0xd8), OxyColor.FromRgb(0xd1, 0x6a, 0x1c), OxyColor.FromRgb(0x1f, 0x95, 0x5c), OxyColor.FromRgb(0xc7, 0x4b, 0x94),
        OxyColor.FromRgb(0x8a, 0x6a, 0xd6), OxyColor.FromRgb(0x94, 0x80, 0x1c), OxyColor.FromRgb(0x1f, 0x93, 0xa3), OxyColor.FromRgb(0xd2, 0x4c, 0x4c),
    ];

    /// <summary>Stands for the page's own colour.</summary>
    internal static readonly OxyColor Text = OxyColor.FromRgb(1, 2, 3);

    private static readonly MarkerType[] s_markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond, MarkerType.Cross, MarkerType.Star, MarkerType.Plus];

    public OxyColor Colour => Colours[Number % Colours.Count];

    public MarkerType Marker => s_markers[Number % s_markers.Length];

    /// <summary>Lengths of strokes and gaps; null for a solid line.</summary>
    public double[]? Dashes => !Marked ? [1, 3] : Dashed ? [5, 3] : null;
}
