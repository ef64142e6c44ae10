using System.Globalization;
using System.Text.RegularExpressions;

namespace Learngene.Console.Tests;

/// <summary>A colour, and how it stands out from another (WCAG 2).</summary>
internal readonly record struct Rgb(int Red, int Green, int Blue)
{
    public double Luminance => 0.2126 * Linear(Red) + 0.7152 * Linear(Green) + 0.0722 * Linear(Blue);

    public static Rgb Parse(string css)
    {
        int[] parts = [.. Regex.Matches(css, @"\d+").Take(3).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))];
        return new(parts[0], parts[1], parts[2]);
    }

    public double Contrast(Rgb other) => (Math.Max(Luminance, other.Luminance) + 0.05) / (Math.Min(Luminance, other.Luminance) + 0.05);

    private static double Linear(int channel) => channel / 255.0 is var c && c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
}
