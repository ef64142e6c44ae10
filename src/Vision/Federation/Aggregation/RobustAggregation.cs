namespace Learngene.Vision.Federation;

/// <summary>One contribution to a robust rule.</summary>
/// <param name="Cohort">The client's.</param><param name="Weight">Used by krum's mean alone.</param><param name="Scale">Factor of its values, see <see cref="FederatedTask.Check"/>.</param>
public sealed record RobustContribution(int Cohort, long Weight, double Scale = 1);

/// <summary>
/// Rules that need all contributions at once: median, trimmed mean, krum. Works through the layers piece by piece over payloads that are opened one
/// at a time, so that memory is bounded by contributions times a piece of 1,024 values (and the result), not times the model.
/// </summary>
public static class RobustAggregation
{
    private const int Piece = 1024;

    /// <summary>What the rule of the settings makes of the contributions; the order in which they are listed does not matter to a bit.</summary>
    /// <param name="task">The task; of rule mean this is the weighted mean.</param><param name="cohorts">Cohorts there are.</param><param name="contributions">Of one round.</param>
    /// <param name="open">The payload of the contribution of that number; called often, one payload in use at a time.</param>
    /// <param name="breathe">Called between pieces.</param>
    public static RoundMean Run(
        FederatedTask task, int cohorts, IReadOnlyList<RobustContribution> contributions, Func<int, PayloadReader> open, Action? breathe = null)
    {
        var rule = task.Settings.Aggregation;
        var taken = Enumerable.Range(0, contributions.Count).ToArray();
        if (rule.Rule == AggregationRule.Krum) taken = Krum.Choose(task, contributions, open, breathe);
        var mean = new RobustMean(task, contributions.Count);
        foreach (var layer in task.Layout.Layers)
        {
            var sent = taken.Where(i => open(i).Has(layer.Index)).ToLookup(i => task.Slot(layer.Index, contributions[i].Cohort));
            foreach (var slot in sent)
            {
                int[] members = [.. slot];
                var values = mean.Allocate(layer.Index, slot.Key, members.Length);
                var rows = new float[members.Length][];
                for (int m = 0; m < rows.Length; m++) rows[m] = new float[Math.Min(Piece, layer.Count)];
                for (int from = 0; from < layer.Count; from += Piece)
                {
                    breathe?.Invoke();
                    int n = Math.Min(Piece, layer.Count - from);
                    for (int m = 0; m < rows.Length; m++) Read(open(members[m]), layer.Index, from, contributions[members[m]].Scale, rows[m].AsSpan(0, n));
                    Combine(rule, rows, [.. members.Select(m => contributions[m].Weight)], values.AsSpan(from, n));
                }
            }
        }
        mean.AddScores(Enumerable.Range(0, contributions.Count).Select(i => (contributions[i].Weight, open(i).Header.Scores)));
        return mean;
    }

    internal static void Read(PayloadReader payload, int layer, int from, double scale, Span<float> values)
    {
        payload.Read(layer, from, values);
        if (scale != 1) System.Numerics.Tensors.TensorPrimitives.Multiply(values, (float)scale, values);
    }

    private static void Combine(AggregationSettings rule, float[][] rows, long[] weights, Span<float> result)
    {
        if (rule.Rule is AggregationRule.Krum or AggregationRule.Mean)
        {
            WeightedMean(rows, weights, result);
            return;
        }
        SortedRows.Sort(rows, result.Length);
        int cut = rule.Rule == AggregationRule.Median ? (rows.Length - 1) / 2 : (int)(rule.Trim * rows.Length);
        // Sorted, so the sum has one order whatever the order of the contributions.
        var kept = rows.AsSpan(cut, rows.Length - 2 * cut);
        for (int i = 0; i < result.Length; i++)
        {
            double sum = 0;
            foreach (var row in kept) sum += row[i];
            result[i] = (float)(sum / kept.Length);
        }
    }

    private static void WeightedMean(float[][] rows, long[] weights, Span<float> result)
    {
        Span<long> sums = stackalloc long[Piece];
        sums.Clear();
        for (int r = 0; r < rows.Length; r++) FixedPoint.Add(sums, rows[r].AsSpan(0, result.Length), weights[r] * FixedPoint.One);
        result.Clear();
        FixedPoint.AddMean(result, sums, weights.Sum(), 1);
    }
}
