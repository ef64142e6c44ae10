using System.Globalization;
using Spectre.Console;

namespace Learngene.Cli.Output;

/// <summary>Compact tables for people.</summary>
internal static class Tables
{
    /// <summary>A line of headings and a line for each row; columns whose heading starts with '#' stand right.</summary>
    public static void Write(Call call, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (string heading in headings)
        {
            var column = new TableColumn(new Text(heading.TrimStart('#'), new Style(decoration: Decoration.Bold))).NoWrap().PadLeft(0).PadRight(2);
            table.AddColumn(heading.StartsWith('#') ? column.RightAligned() : column);
        }
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        Write(call, table);
    }

    /// <summary>Names and values, a line each; nulls are left out.</summary>
    public static void Facts(Call call, params (string Name, string? Value)[] facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(2)).AddColumn(new GridColumn().PadLeft(0).PadRight(0));
        foreach (var (name, value) in facts)
            if (!string.IsNullOrEmpty(value)) grid.AddRow(new Text(name, new Style(decoration: Decoration.Bold)), new Text(value));
        Write(call, grid);
    }

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => FormattableString.Invariant($"{bytes} B"),
        < 1_000_000 => FormattableString.Invariant($"{bytes / 1e3:F1} kB"),
        < 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e6:F1} MB"),
        _ => FormattableString.Invariant($"{bytes / 1e9:F1} GB"),
    };

    public static string Percent(double? share) => share is { } s ? FormattableString.Invariant($"{100 * s:F1} %") : "";

    public static string Number(double number) => FormattableString.Invariant($"{number:0.####}");

    public static string Short(string sha256) => sha256[..Math.Min(12, sha256.Length)];

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    // Where it is no terminal there are no colours, no margin to break lines at and no padding at their ends.
    private static void Write(Call call, Spectre.Console.Rendering.IRenderable what)
    {
        if (call.Terminal.OutIsTerminal)
        {
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(call.Terminal.Output), Interactive = InteractionSupport.No }).Write(what);
            return;
        }
        var text = new StringWriter();
        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text), Interactive = InteractionSupport.No,
        });
        plain.Profile.Width = 4000;
        plain.Write(what);
        foreach (string line in text.ToString().TrimEnd().Split('\n')) call.Terminal.Output.WriteLine(line.TrimEnd());
    }
}
