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
        Console(call).Write(table);
    }

    /// <summary>Names and values, a line each; nulls are left out.</summary>
    public static void Facts(Call call, params (string Name, string? Value)[] facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(2)).AddColumn(new GridColumn().PadLeft(0).PadRight(0));
        foreach (var (name, value) in facts)
            if (!string.IsNullOrEmpty(value)) grid.AddRow(new Text(name, new Style(decoration: Decoration.Bold)), new Text(value));
        Console(call).Write(grid);
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

    // Where it is no terminal there are no colours and no margin to break lines at.
    private static IAnsiConsole Console(Call call)
    {
        bool terminal = call.Terminal.OutIsTerminal;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No, ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(call.Terminal.Output), Interactive = InteractionSupport.No,
        });
        if (!terminal) console.Profile.Width = 2000;
        return console;
    }
}
