using System.Globalization;

namespace Learngene.Federations;

/// <summary>Markdown tables over seeds.</summary>
internal static class Tables
{
    public static string Line(Cell c) => string.Create(CultureInfo.InvariantCulture,
        $"{c.Partition} {c.Seed} {c.Name}: up {c.BytesUp:N0} down {c.BytesDown:N0} init {c.BytesToInitialise:N0}; as left {100 * c.AsLeft:F1} raw {100 * c.Raw:F1} lately {100 * c.RawLately:F1}; ")
        + string.Join(", ", c.Tuned.Select(t => $"tuned {t.Key} {Percent(t.Value)}")) + "; " + string.Join(", ", c.Late.Select(t => $"late {t.Key} {Percent(t.Value)}"))
        + string.Create(CultureInfo.InvariantCulture, $"; global {100 * c.Global:F1}; {c.Seconds:F0} s");

    public static void Print(string file)
    {
        var all = Cell.Read(file);
        foreach (var partition in all.GroupBy(c => c.Partition))
        {
            Console.WriteLine($"\n### {partition.Key}, seeds {string.Join(", ", partition.Select(c => c.Seed).Distinct().Order())}\n");
            Console.WriteLine("| method | MB up / down / to initialise | times fewer, total | known: as left / raw / raw, last 5 rounds | known after 1 / 5 epochs (rate) | late after 0 / 1 / 5 (rate) |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
            var reference = partition.Where(c => c.Name == "fedavg").ToList();
            foreach (var method in partition.GroupBy(c => c.Name))
            {
                var cells = method.ToList();
                double bytes = cells.Average(c => c.BytesUp + c.BytesDown);
                string tuned = cells[0].Tuned.Keys.MaxBy(k => cells.Average(c => c.Tuned[k][^1]))!, late = cells[0].Late.Keys.MaxBy(k => cells.Average(c => c.Late[k][1] + c.Late[k][2]))!;
                string times = reference.Count > 0 && bytes > 0 ? $"{reference.Average(c => c.BytesUp + c.BytesDown) / bytes:F1}" : "";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {method.Key} | {cells.Average(c => c.BytesUp) / 1e6:F2} / {cells.Average(c => c.BytesDown) / 1e6:F2} / {cells.Average(c => c.BytesToInitialise) / 1e6:F3} | {times} | ")
                    + $"{Mean(cells, c => c.AsLeft)} / {Mean(cells, c => c.Raw)} / {Mean(cells, c => c.RawLately)} | "
                    + $"{string.Join(" / ", cells[0].Tuned[tuned].Select((_, e) => Mean(cells, c => c.Tuned[tuned][e])))} ({tuned}) | "
                    + $"{string.Join(" / ", cells[0].Late[late].Select((_, e) => Mean(cells, c => c.Late[late][e])))} ({late}) |");
            }
        }
    }

    private static string Percent(double[] values) => string.Join('/', values.Select(v => (100 * v).ToString("F1", CultureInfo.InvariantCulture)));

    private static string Mean(IReadOnlyList<Cell> cells, Func<Cell, double> value)
    {
        double[] v = [.. cells.Select(c => 100 * value(c))];
        double mean = v.Average(), deviation = v.Length > 1 ? Math.Sqrt(v.Sum(x => (x - mean) * (x - mean)) / (v.Length - 1)) : 0;
        return mean.ToString("F1", CultureInfo.InvariantCulture) + (v.Length > 1 ? " ± " + deviation.ToString("F1", CultureInfo.InvariantCulture) : "");
    }
}
