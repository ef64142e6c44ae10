using Learngene.Vision.Federation;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

public sealed class RobustTests
{
    [Theory]
    [InlineData("median", 1), InlineData("median", 2), InlineData("median", 9), InlineData("median", 32), InlineData("trimmed-mean", 1), InlineData("trimmed-mean", 13)]
    public void Coordinate_rules_are_what_sorting_each_coordinate_gives(string rule, int count)
    {
        var task = Rule(rule, "\"trim\": 0.25");
        var all = Enumerable.Range(0, count).Select(i => Values(task.Layout, i)).ToList();
        double[] scales = [.. all.Select((_, i) => i % 3 == 0 ? 0.5 : 1)];
        var mean = Run(task, all, scales);
        for (int i = 0; i < task.Layout.Count; i++)
        {
            double[] sorted = [.. all.Select((v, c) => (double)(float)(v[i] * (float)scales[c])).Order()];
            int cut = rule == "median" ? (count - 1) / 2 : (int)(0.25 * count);
            Assert.Equal(sorted[cut..(count - cut)].Average(), mean[i], 1e-7);
        }
    }

    [Theory]
    [InlineData("mean"), InlineData("median"), InlineData("trimmed-mean"), InlineData("krum")]
    public void The_order_of_the_contributions_does_not_matter_to_a_bit(string rule)
    {
        var task = Rule(rule);
        var all = Enumerable.Range(0, 11).Select(i => Values(task.Layout, i)).ToList();
        var expected = Run(task, all);
        Assert.Equal(expected, Run(task, [.. all.AsEnumerable().Reverse()]));
        Assert.Equal(expected, Run(task, [.. all.OrderBy(v => v[7])]));
    }

    [Fact]
    public void The_mean_of_the_rules_is_that_of_the_accumulator()
    {
        var task = Rule("mean");
        var all = Enumerable.Range(0, 5).Select(i => Values(task.Layout, i)).ToList();
        var sum = task.NewAccumulator(1);
        foreach (var values in all) sum.Add(Upload(task.Layout, values), 0, 10);
        var model = FederationModel.Initial(task, 1);
        model.Apply(1, RoundMean.Of(sum), 5);
        var (direct, seed) = (Run(task, all), task.CommonSeed.ToArray());
        Assert.All(model.Values(0).Select((v, i) => v - (double)(float)(seed[i] + direct[i])), difference => Assert.InRange(difference, -1e-7, 1e-7));
    }

    [Fact]
    public void Krum_keeps_those_whose_neighbours_are_near()
    {
        var task = Rule("krum", "\"byzantine\": 0.2, \"keep\": 1");
        var all = Enumerable.Range(0, 10).Select(i => Values(task.Layout, i)).ToList();
        int n = all.Count, neighbours = n - 2 - 2;
        double Squared(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Pow((double)x - y, 2)).Sum();
        double[] scores = [.. all.Select((a, i) => all.Where((_, j) => j != i).Select(b => Squared(a, b)).Order().Take(neighbours).Sum())];
        var best = all[Array.IndexOf(scores, scores.Min())];
        Assert.All(Run(task, all).Zip(best), p => Assert.Equal(p.Second, p.First, 1e-8f));
        var many = Rule("krum", "\"byzantine\": 0.2");
        var kept = Enumerable.Range(0, n).OrderBy(i => scores[i]).Take(8).ToList();
        var mean = Run(many, all);
        for (int i = 0; i < mean.Length; i++) Assert.Equal(kept.Average(k => (double)all[k][i]), mean[i], 1e-6);
    }

    [Theory]
    [InlineData("median"), InlineData("trimmed-mean"), InlineData("krum")]
    public void A_tenth_malicious_moves_the_result_no_farther_than_the_honest_are_apart(string rule)
    {
        var task = Rule(rule, "\"trim\": 0.1, \"byzantine\": 0.1");
        var truth = Values(task.Layout, 77);
        var random = new Random(3);
        List<float[]> all = [.. Enumerable.Range(0, 20).Select(_ => truth.Select(v => v + 0.01f * (random.NextSingle() - 0.5f)).ToArray())];
        foreach (var attack in (Func<float, float>[])[v => -10 * v, v => 900, v => v + 1])
        {
            (all[4], all[13]) = ([.. truth.Select(attack)], [.. truth.Select(attack)]);
            var result = Run(task, all);
            Assert.All(result.Zip(truth), p => Assert.InRange(p.First - p.Second, -0.006f, 0.006f));
        }
        Assert.Contains(Run(Rule("mean"), all).Zip(truth), p => Math.Abs(p.First - p.Second) > 0.05f);
    }

    [Fact]
    public void Cohorts_are_judged_and_averaged_apart()
    {
        var task = TaskOf("gene-fl", """ "geneFl": {"trunk": "cohort"}, "aggregation": {"rule": "krum", "byzantine": 0.3} """);
        var near = Values(task.Layout, 1);
        List<float[]> all = [near, near, [.. near.Select(v => v + 5)], [.. near.Select(v => v + 5)], [.. near.Select(v => v + 5)], [.. near.Select(v => v - 3)]];
        int[] cohorts = [0, 0, 1, 1, 1, 1];
        var model = FederationModel.Initial(task, 2);
        model.Apply(1, RobustAggregation.Run(task, 2, [.. cohorts.Select(c => new RobustContribution(c, 10))], i => Upload(task.Layout, all[i])), 6);
        var seed = task.CommonSeed.ToArray();
        Assert.All(model.Values(0).Select((v, i) => v - seed[i] - near[i]), d => Assert.InRange(d, -1e-6f, 1e-6f));
        // Of four, one of whom lies, three are kept.
        Assert.All(model.Values(1).Select((v, i) => v - seed[i] - near[i] - 5), d => Assert.InRange(d, -1e-5f, 1e-5f));
    }

    [Fact]
    public void Payloads_are_opened_one_at_a_time_and_memory_does_not_grow_with_the_model()
    {
        var task = Rule("median");
        var uploads = Enumerable.Range(0, 8).Select(i => Upload(task.Layout, Values(task.Layout, i))).ToList();
        RobustAggregation.Run(task, 1, [.. uploads.Select(_ => new RobustContribution(0, 1))], i => uploads[i]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RobustAggregation.Run(task, 1, [.. uploads.Select(_ => new RobustContribution(0, 1))], i => uploads[i]);
        long rows = 16L * 8 * (4 * 1024 + 24), result = 4L * task.Layout.Count;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, rows + result + 200_000);
    }

    private static FederatedTask Rule(string rule, string more = "") =>
        TaskOf("fedavg", $$"""  "aggregation": {"rule": "{{rule}}"{{(more == "" ? "" : ", " + more)}}} """);

    private static float[] Run(FederatedTask task, IReadOnlyList<float[]> all, double[]? scales = null)
    {
        var uploads = all.Select(v => Upload(task.Layout, v)).ToList();
        var mean = RobustAggregation.Run(task, 1, [.. all.Select((_, i) => new RobustContribution(0, 10, scales?[i] ?? 1))], i => uploads[i]);
        var values = new float[task.Layout.Count];
        foreach (var layer in task.Layout.Layers) mean.AddTo(layer.Index, 0, values.AsSpan(layer.Offset, layer.Count), 1);
        return values;
    }
}
