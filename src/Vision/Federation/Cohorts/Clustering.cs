namespace Learngene.Vision.Federation;

/// <summary>Agglomerative clustering of clients into cohorts.</summary>
public static class Clustering
{
    private const int MostCompared = 1000;

    /// <summary>Joins the two nearest groups until there are few enough; of equals the first.</summary>
    /// <param name="distances">Symmetric (n, n).</param><param name="cohorts">How many are left at most.</param><param name="linkage">How groups are compared.</param>
    /// <param name="threshold">Groups nearer than this are joined even where there are few enough already; null stops there.</param>
    /// <returns>The cohort of each, numbered in the order of their first members.</returns>
    public static int[] Agglomerate(double[,] distances, int cohorts, Linkage linkage, double? threshold = null)
    {
        int n = distances.GetLength(0), groups = n;
        var d = (double[,])distances.Clone();
        var size = new int[n];
        var parent = new int[n];
        for (int i = 0; i < n; i++) (size[i], parent[i]) = (1, i);
        while (groups > 1)
        {
            var (a, b) = NearestPair(d, size);
            if (groups <= cohorts && !(d[a, b] < threshold)) break;
            for (int k = 0; k < n; k++)
                if (k != a && k != b && size[k] > 0) d[a, k] = d[k, a] = Joined(linkage, d[a, k], d[b, k], d[a, b], size[a], size[b], size[k]);
            (size[a], size[b], parent[b]) = (size[a] + size[b], 0, a);
            groups--;
        }
        return Number(parent);
    }

    /// <summary>The cohorts of signed clients. Of more than 1,000, so many are clustered, drawn by lot, and the others join the nearest cohort [R].</summary>
    /// <param name="signatures">One a client.</param><param name="settings">Resolved settings.</param>
    public static int[] Of(IReadOnlyList<Signature> signatures, GeneFlSettings settings)
    {
        int[] sample = Participants.Choose(seed: 0, round: 0, signatures.Count, MostCompared);
        var drawn = sample.Select(i => signatures[i]).ToList();
        var distances = new double[drawn.Count, drawn.Count];
        for (int i = 0; i < drawn.Count; i++)
            for (int j = 0; j < i; j++) distances[i, j] = distances[j, i] = Signature.Distance(drawn[i], drawn[j]);
        int[] cohorts = Agglomerate(distances, settings.Cohorts!.Value, settings.Linkage!.Value, settings.DistanceThreshold);
        if (drawn.Count == signatures.Count) return cohorts;
        var known = sample.Select((client, i) => (client, cohorts[i])).ToDictionary();
        return [.. signatures.Select((s, client) => known.TryGetValue(client, out int cohort) ? cohort : Nearest(s, drawn, cohorts))];
    }

    /// <summary>The cohort with the smallest mean distance of its members to a newcomer.</summary>
    /// <param name="newcomer">Its signature.</param><param name="signatures">Of the clients that have a cohort.</param><param name="cohorts">Their cohorts.</param>
    public static int Nearest(Signature newcomer, IReadOnlyList<Signature> signatures, IReadOnlyList<int> cohorts) =>
        Enumerable.Range(0, signatures.Count).GroupBy(i => cohorts[i]).OrderBy(g => g.Key)
            .MinBy(g => g.Average(i => Signature.Distance(newcomer, signatures[i])))!.Key;

    // Lance and Williams 1967; Ward's on squared distances.
    private static double Joined(Linkage linkage, double ak, double bk, double ab, int a, int b, int k) => linkage == Linkage.Average
        ? (a * ak + b * bk) / (a + b)
        : Math.Sqrt(Math.Max(0, ((a + k) * ak * ak + (b + k) * bk * bk - k * ab * ab) / (a + b + k)));

    private static (int A, int B) NearestPair(double[,] d, int[] size)
    {
        var best = (A: -1, B: -1);
        for (int i = 0; i < size.Length; i++)
            for (int j = i + 1; j < size.Length; j++)
                if (size[i] > 0 && size[j] > 0 && (best.A < 0 || d[i, j] < d[best.A, best.B])) best = (i, j);
        return best;
    }

    private static int[] Number(int[] parent)
    {
        var numbers = new Dictionary<int, int>();
        return [.. parent.Select((_, i) => numbers.TryGetValue(Root(i), out int known) ? known : numbers[Root(i)] = numbers.Count)];

        int Root(int i) => parent[i] == i ? i : Root(parent[i]);
    }
}
