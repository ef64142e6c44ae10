using System.Text.Json;

namespace Learngene.LetsForms;

/// <summary>Markdown tables over seeds: mean and standard deviation in per cent.</summary>
internal static class Tables
{
    public static int Print(string[] files)
    {
        Results[] all = [.. files.Select(f => JsonSerializer.Deserialize<Results>(File.ReadAllText(f))!).OrderBy(r => r.Seed)];
        Console.WriteLine($"Seeds {string.Join(", ", all.Select(r => r.Seed))}; ancestry model {Show(all.Select(r => r.Ancestry))} %.\n");
        foreach (string form in (string[])["sampled", "paper"])
        {
            int[] widths = [.. Cells(all[0], form).Select(c => c.Width).Distinct()], depths = [.. Cells(all[0], form).Select(c => c.Depth).Distinct()];
            Console.WriteLine($"`{form}`, as it comes (0 epochs):\n\n| depth | {string.Join(" | ", depths)} |\n| --- |{string.Concat(depths.Select(_ => " --- |"))}");
            foreach (int width in widths)
                Console.WriteLine($"| width {width} | {string.Join(" | ", depths.Select(d => Show(all.Select(r => Cell(r, form, width, d)!.AtInit))))} |");
            var values = all.SelectMany(r => Cells(r, form)).ToList();
            Console.WriteLine($"\nWorst cell of any seed: {100 * values.Min(c => c.AtInit):F2} %; mean {100 * values.Average(c => c.AtInit):F2} %.\n");
        }
        Console.WriteLine("| size | parameters | sampled, 0 / 1 epoch | paper, 0 / 1 epoch | scratch, 10 epochs |\n| --- | --- | --- | --- | --- |");
        foreach (var c in Cells(all[0], "sampled").Where(c => c.After1Epoch is not null))
        {
            string Both(string form) => $"{Show(all.Select(r => Cell(r, form, c.Width, c.Depth)!.AtInit))} / {Show(all.Select(r => Cell(r, form, c.Width, c.Depth)!.After1Epoch!.Value))}";
            var scratch = all.SelectMany(r => r.FromScratch.Where(s => s.Width == c.Width && s.Depth == c.Depth)).Select(s => s.Accuracy).ToList();
            Console.WriteLine($"| {c.Width} x {c.Depth} | {c.Parameters:N0} | {Both("sampled")} | {Both("paper")} | {(scratch.Count > 0 ? Show(scratch) : "")} |");
        }
        return 0;
    }

    private static IEnumerable<Cell> Cells(Results r, string form) => r.Cells.Where(c => c.Form == form);

    private static Cell? Cell(Results r, string form, int width, int depth) => Cells(r, form).FirstOrDefault(c => c.Width == width && c.Depth == depth);

    private static string Show(IEnumerable<double> values)
    {
        double[] v = [.. values.Select(x => 100 * x)];
        double mean = v.Average(), deviation = v.Length > 1 ? Math.Sqrt(v.Sum(x => (x - mean) * (x - mean)) / (v.Length - 1)) : 0;
        return v.Length > 1 ? $"{mean:F1} ± {deviation:F1}" : $"{mean:F1}";
    }
}
