using System.Text.Json;
using ScottPlot;
using Spectre.Console;

namespace Learngene.Silo.Demo;

/// <summary>The demo's table, plot and JSON.</summary>
internal static class DemoReport
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Print(IAnsiConsole console, DemoResult r, string output)
    {
        Console.WriteLine();
        Console.WriteLine($"Ancestry model: {r.Ancestry.Parameters:N0} parameters, {r.Ancestry.Accuracy:P1}.");
        Console.WriteLine($"Learngene with its matrices: {r.Learngene.Parameters:N0} parameters; its auxiliary model: {r.Learngene.AuxiliaryAccuracy:P1}.");
        var table = new Spectre.Console.Table().Border(TableBorder.Rounded);
        foreach (string column in (string[])["width x depth", "parameters", "as it comes", "after 1 epoch", "scratch, 1 epoch", "scratch, longer"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var row in r.Rows)
            table.AddRow(
                $"{row.Width} x {row.Depth}", $"{row.Parameters:N0}", $"{row.AccuracyAtInit:P1}", $"{row.AccuracyAfter1Epoch:P1}", $"{row.ScratchAccuracyAfter1Epoch:P1}",
                row.ScratchEpochs > 1 ? $"{row.ScratchAccuracy:P1} ({row.ScratchEpochs} epochs)" : "");
        console.Write(table);
        Console.WriteLine($"Done in {TimeSpan.FromSeconds(r.Seconds):m\\:ss}. The learngene, the descendants and the plot are in {output}");
    }

    public static void Plot(DemoResult r, string file)
    {
        var plot = new Plot();
        void Line(string name, Func<DemoRow, double?> accuracy, ScottPlot.Color color)
        {
            var points = r.Rows.Where(x => accuracy(x) is not null).OrderBy(x => x.Parameters).Select(x => new Coordinates(x.Parameters / 1000.0, accuracy(x)!.Value * 100)).ToArray();
            var scatter = plot.Add.Scatter(points, color);
            (scatter.LegendText, scatter.MarkerSize, scatter.LineWidth) = (name, 8, 2);
        }
        Line("descendant, as it comes", x => x.AccuracyAtInit, ScottPlot.Color.FromHex("#4e79a7"));
        Line("descendant, after 1 epoch", x => x.AccuracyAfter1Epoch, ScottPlot.Color.FromHex("#59a14f"));
        Line("from scratch, 1 epoch", x => x.ScratchAccuracyAfter1Epoch, ScottPlot.Color.FromHex("#bab0ac"));
        Line("from scratch, longer", x => x.ScratchEpochs > 1 ? x.ScratchAccuracy : null, ScottPlot.Color.FromHex("#e15759"));
        plot.Title($"One learngene, {r.Rows.Count} sizes (Fashion-MNIST, seed {r.Seed})");
        plot.XLabel("parameters, thousands");
        plot.YLabel("accuracy on test images, %");
        plot.ShowLegend(Alignment.LowerRight);
        plot.SavePng(file, 900, 560);
    }

    public static void Save(DemoResult r, string file) => File.WriteAllText(file, JsonSerializer.Serialize(r, s_json) + "\n");
}
