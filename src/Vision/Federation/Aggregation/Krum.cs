namespace Learngene.Vision.Federation;

/// <summary>
/// Krum (Blanchard et al. 2017): a contribution's score is the sum of its squared distances to its n - f - 2 nearest neighbours; those with the
/// smallest scores are kept. Distances are over the layers that everyone shares; where no layer is shared, each cohort is judged by itself [R].
/// </summary>
internal static class Krum
{
    private const int Piece = 1024;

    /// <summary>The numbers of the contributions that are kept, ascending.</summary>
    public static int[] Choose(FederatedTask task, IReadOnlyList<RobustContribution> contributions, Func<int, PayloadReader> open, Action? breathe)
    {
        int[] shared = [.. task.Layout.All.Where(task.IsShared)];
        var numbers = Enumerable.Range(0, contributions.Count);
        var groups = shared.Length > 0 ? [numbers.ToArray()] : numbers.GroupBy(i => contributions[i].Cohort).Select(g => g.ToArray());
        IReadOnlyList<int> layers = shared.Length > 0 ? shared : task.Layout.All;
        return [.. groups.SelectMany(g => Nearest(task.Settings.Aggregation, g, Distances(task, layers, g, contributions, open, breathe))).Order()];
    }

    private static IEnumerable<int> Nearest(AggregationSettings rule, int[] group, double[,] distances)
    {
        // The paper's proof needs n >= 2 f + 3; of four one may still lie [R].
        int n = group.Length, most = n >= 4 ? Math.Max(1, (n - 3) / 2) : 0, malicious = Math.Min((int)Math.Ceiling(rule.Byzantine * n), most);
        int neighbours = Math.Max(1, n - malicious - 2), keep = rule.Keep == 0 ? n - malicious : Math.Min(rule.Keep, n);
        double Score(int i) => Enumerable.Range(0, n).Where(j => j != i).Select(j => distances[i, j]).Order().Take(neighbours).Sum();
        return Enumerable.Range(0, n).OrderBy(Score).Take(keep).Select(i => group[i]);
    }

    private static double[,] Distances(
        FederatedTask task, IReadOnlyList<int> layers, int[] group, IReadOnlyList<RobustContribution> contributions, Func<int, PayloadReader> open, Action? breathe)
    {
        int n = group.Length;
        var distances = new double[n, n];
        var rows = new float[n][];
        for (int i = 0; i < n; i++) rows[i] = new float[Piece];
        foreach (int l in layers)
        {
            bool[] has = [.. group.Select(i => open(i).Has(l))];
            for (int from = 0; from < task.Layout.Layers[l].Count; from += Piece)
            {
                breathe?.Invoke();
                int count = Math.Min(Piece, task.Layout.Layers[l].Count - from);
                for (int i = 0; i < n; i++)
                    if (has[i]) RobustAggregation.Read(open(group[i]), l, from, contributions[group[i]].Scale, rows[i].AsSpan(0, count));
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < i; j++)
                        if (has[i] && has[j]) distances[i, j] += Sums.OfSquaredDifferences(rows[i].AsSpan(0, count), rows[j].AsSpan(0, count));
            }
        }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) distances[j, i] = distances[i, j];
        return distances;
    }
}
