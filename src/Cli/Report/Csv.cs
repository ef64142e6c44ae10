using System.Globalization;
using Learngene.Sdk.Experiments;

namespace Learngene.Cli.Report;

/// <summary>One row per cell, as RFC 4180 has it.</summary>
internal static class Csv
{
    private static readonly (string Name, Func<CellResult, object?> Value)[] s_columns =
    [
        ("method", c => c.Method), ("kind", c => c.Kind), ("seed", c => c.Seed), ("width", c => c.Width), ("depth", c => c.Depth), ("components", c => c.Components),
        ("epochs", c => c.Epochs), ("parameters", c => c.Parameters), ("flops", c => c.Flops), ("accuracy", c => c.Accuracy), ("loss", c => c.Loss),
        ("seconds", c => c.Seconds), ("learnSeconds", c => c.LearnSeconds), ("hash", c => c.Hash), ("software", c => c.Software), ("machine", c => c.Machine), ("error", c => c.Error),
    ];

    public static string Of(IEnumerable<CellResult> cells) =>
        string.Concat(cells.Select(c => Row(s_columns.Select(column => column.Value(c)))).Prepend(Row(s_columns.Select(column => (object?)column.Name))));

    private static string Row(IEnumerable<object?> fields) => string.Join(',', fields.Select(Field)) + "\r\n";

    private static string Field(object? value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
    }
}
