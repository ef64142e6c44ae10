namespace Learngene.Vision.Tests.Lets;

/// <summary>METHODS 1.6: which rows each rule takes, and which depth list a depth has.</summary>
internal static class SelectionOracle
{
    public static OracleChoice Continuous(OracleSizes s, int width, int[] rows) => Each(s, width, rows, (_, n) => [.. Enumerable.Range(0, n)],
        Extra(s), ExtraHeads(s), ExtraHidden(s));

    public static OracleChoice Step(OracleSizes s, int width, int[] rows)
    {
        return Each(s, width, rows, Spread, Extra(s), ExtraHeads(s), ExtraHidden(s));

        static int[] Spread(double[] available, int n)
        {
            if (n == 0) return [];
            int t = available.Length / n;
            return [.. Enumerable.Range(0, n).Select(i => i * t)];
        }
    }

    public static OracleChoice Magnitude(
        IReadOnlyDictionary<string, Numbers> file, OracleSizes s, int width, int[] rows, bool smallest = false, bool l1 = false)
    {
        double Row(string name, int row)
        {
            double sum = 0;
            for (int c = 0; c < file[name].Columns; c++)
                sum += l1 ? Math.Abs(file[name][row, c]) : file[name][row, c] * file[name][row, c];
            return sum;
        }
        double Head(int pair, int head)
        {
            double sum = 0;
            foreach (string m in (string[])["q", "k", "v"])
                foreach (int layer in (int[])[2 * pair, 2 * pair + 1])
                    for (int i = 0; i < s.HeadDim; i++)
                        sum += Row($"F.{m}.{layer}", head * s.HeadDim + i);
            return sum;
        }
        int[] Best(double[] scores, int n)
        {
            int[] order = [.. Enumerable.Range(0, scores.Length)];
            Array.Sort([.. scores.Select(x => smallest ? x : -x)], order);
            return [.. order.Take(n).Order()];
        }
        return Each(s, width, rows, Best,
            [.. Enumerable.Range(0, Extra(s).Length).Select(r => Row("F.emb", r))],
            pair => [.. Enumerable.Range(0, ExtraHeads(s)(pair).Length).Select(h => Head(pair, h))],
            pair => [.. Enumerable.Range(0, ExtraHidden(s)(pair).Length).Select(r => Row($"F.ffn.{2 * pair}", r) + Row($"F.ffn.{2 * pair + 1}", r))]);
    }

    /// <summary>The depth list of a depth: how often each of the auxiliary model's rows is used.</summary>
    public static int[] Depth(int rows, int depth)
    {
        if (depth < rows) return [.. Enumerable.Range(0, depth).Select(i => (int)Math.Floor((double)i * rows / depth))];
        var uses = new int[rows];
        var order = new List<int>();
        for (int r = 0; r < rows; r++)
        {
            uses[r] = 1;
            order.Add(r);
        }
        order.Sort((a, b) =>
        {
            double near = Math.Abs(a - (rows - 1) / 2.0) - Math.Abs(b - (rows - 1) / 2.0);
            return near != 0 ? Math.Sign(near) : a - b;
        });
        for (int extra = 0; extra < depth - rows; extra++) uses[order[extra % rows]]++;
        return [.. Enumerable.Range(0, rows).SelectMany(r => Enumerable.Repeat(r, uses[r]))];
    }

    private static OracleChoice Each(OracleSizes s, int width, int[] rows, Func<double[], int, int[]> choose,
        double[] channels, Func<int, double[]> heads, Func<int, double[]> hidden)
    {
        int extra = Math.Max(0, width - s.SmallWidth);
        var pairs = Enumerable.Range(0, s.Pairs);
        return new(width, rows, choose(channels, extra), [.. pairs.Select(p => choose(heads(p), extra / s.HeadDim))],
            [.. pairs.Select(p => choose(hidden(p), OracleSizes.Ratio * extra))]);
    }

    private static double[] Extra(OracleSizes s) => new double[s.BigWidth - s.SmallWidth];

    private static Func<int, double[]> ExtraHeads(OracleSizes s) => _ => new double[(s.BigWidth - s.SmallWidth) / s.HeadDim];

    private static Func<int, double[]> ExtraHidden(OracleSizes s) => _ => new double[OracleSizes.Ratio * (s.BigWidth - s.SmallWidth)];
}
