namespace Learngene.Vision.Budgets;

/// <summary>Least squares with coefficients that are 0 or more, for a handful of columns.</summary>
internal static class NonNegative
{
    /// <summary>
    /// The x >= 0 that minimises |A x - y|. It is the ordinary solution on the columns where it is positive, so with few columns all sets
    /// of columns can be tried: exact, and without an iteration that may not end.
    /// </summary>
    /// <param name="rows">A, row by row; finite.</param>
    /// <param name="targets">y.</param>
    /// <param name="columns">Columns of A, up to 12.</param>
    public static double[] LeastSquares(IReadOnlyList<double[]> rows, IReadOnlyList<double> targets, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, 12);
        // Columns scaled to length 1: their sizes differ by many orders of magnitude.
        double[] length = [.. Enumerable.Range(0, columns).Select(c => Math.Sqrt(rows.Sum(r => r[c] * r[c])))];
        double[] best = new double[columns];
        double bestLoss = targets.Sum(t => t * t);
        for (int set = 1; set < 1 << columns; set++)
        {
            int[] chosen = [.. Enumerable.Range(0, columns).Where(c => (set >> c & 1) == 1)];
            if (chosen.Any(c => length[c] == 0)) continue;
            double[][] a = [.. rows.Select(r => chosen.Select(c => r[c] / length[c]).ToArray())];
            if (Solve(a, targets) is not { } x || x.Any(v => v < 0)) continue;
            double loss = a.Zip(targets, (r, t) => Square(r.Zip(x, (p, q) => p * q).Sum() - t)).Sum();
            if (loss >= bestLoss) continue;
            bestLoss = loss;
            best = new double[columns];
            for (int i = 0; i < chosen.Length; i++) best[chosen[i]] = x[i] / length[chosen[i]];
        }
        return best;
    }

    // Modified Gram-Schmidt, which does not square the condition number as normal equations do; null where columns depend on one another.
    private static double[]? Solve(double[][] rows, IReadOnlyList<double> targets)
    {
        int n = rows.Length, m = rows[0].Length;
        if (n < m) return null;
        var q = Enumerable.Range(0, m).Select(c => rows.Select(r => r[c]).ToArray()).ToArray();
        var upper = new double[m, m];
        var projected = new double[m];
        double[] rest = [.. targets];
        for (int c = 0; c < m; c++)
        {
            double norm = Math.Sqrt(q[c].Sum(v => v * v));
            if (norm < 1e-10) return null;
            upper[c, c] = norm;
            for (int i = 0; i < n; i++) q[c][i] /= norm;
            for (int other = c + 1; other < m; other++) upper[c, other] = TakeAway(q[c], q[other]);
            projected[c] = TakeAway(q[c], rest);
        }
        var x = new double[m];
        for (int c = m - 1; c >= 0; c--)
        {
            double sum = projected[c];
            for (int other = c + 1; other < m; other++) sum -= upper[c, other] * x[other];
            x[c] = sum / upper[c, c];
        }
        return x;
    }

    private static double TakeAway(double[] unit, double[] from)
    {
        double dot = 0;
        for (int i = 0; i < unit.Length; i++) dot += unit[i] * from[i];
        for (int i = 0; i < unit.Length; i++) from[i] -= dot * unit[i];
        return dot;
    }

    private static double Square(double v) => v * v;
}
