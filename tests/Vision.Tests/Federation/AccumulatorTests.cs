using FsCheck.Xunit;
using Learngene.Vision.Federation;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

public sealed class AccumulatorTests
{
    private static readonly FederatedTask s_task = TaskOf("gene-fl");

    [Property(MaxTest = 25)]
    public void Neither_order_nor_grouping_changes_a_bit(int seed)
    {
        var random = new Random(seed);
        var contributions = Contributions(random, 6);
        byte[] expected = Snapshot(Sum(contributions));
        Assert.Equal(expected, Snapshot(Sum(contributions.OrderBy(_ => random.Next()))));
        var left = Sum(contributions.Take(2));
        var right = Sum(contributions.Skip(2));
        right.Merge(left);
        Assert.Equal(expected, Snapshot(right));
        right.Merge(Sum([])); // zero
        Assert.Equal(expected, Snapshot(right));
    }

    [Property(MaxTest = 25)]
    public void What_was_added_can_be_taken_out_again(int seed)
    {
        var random = new Random(seed);
        var contributions = Contributions(random, 4);
        var sum = Sum(contributions);
        foreach (var c in contributions.Skip(2)) sum.Subtract(c.Upload, c.Cohort, c.Weight, c.Scale);
        Assert.Equal(Snapshot(Sum(contributions.Take(2))), Snapshot(sum));
        foreach (var c in contributions.Take(2)) sum.Subtract(c.Upload, c.Cohort, c.Weight, c.Scale);
        Assert.Equal(Snapshot(Sum([])), Snapshot(sum));
    }

    [Fact]
    public void The_mean_is_the_weighted_mean_per_cohort_and_over_everyone()
    {
        var contributions = Contributions(new Random(5), 7);
        var model = FederationModel.Initial(s_task, 3);
        model.Apply(1, RoundMean.Of(Sum(contributions)), 7);
        var seed = s_task.CommonSeed.ToArray();
        for (int cohort = 0; cohort < 3; cohort++)
        {
            var values = model.Values(cohort);
            foreach (var layer in s_task.Layout.Layers)
            {
                var senders = contributions.Where(c => c.Upload.Has(layer.Index) && (c.Cohort == cohort || s_task.IsShared(layer.Index))).ToList();
                double weight = senders.Sum(s => s.Weight);
                for (int i = 0; i < layer.Count; i++)
                {
                    double mean = weight == 0 ? 0 : senders.Sum(s => s.Weight * s.Scale * Read(s.Upload, s_task.Layout)[layer.Offset + i]) / weight;
                    Assert.InRange(values[layer.Offset + i] - (seed[layer.Offset + i] + mean), -1e-6, 1e-6);
                    if (i > 2) break; // reading all of it for each value takes long
                }
            }
        }
    }

    [Fact]
    public void A_contribution_out_of_bounds_leaves_no_trace()
    {
        var contributions = Contributions(new Random(1), 2);
        var sum = Sum(contributions);
        byte[] before = Snapshot(sum);
        foreach (float bad in (float[])[1024.5f, -2000, 1e30f])
        {
            var values = Values(s_task.Layout, 9);
            values[^1] = bad; // after everything else was added
            Assert.Contains("at most 1024", Assert.Throws<PayloadException>(() => sum.Add(Upload(s_task.Layout, values), 0, 5)).Message);
        }
        Assert.Throws<PayloadException>(() => sum.Add(contributions[0].Upload, 0, RoundAccumulator.MaxWeight));
        Assert.Throws<PayloadException>(() => sum.Add(contributions[0].Upload, 0, 0));
        Assert.Throws<PayloadException>(() => sum.Add(contributions[0].Upload, 0, 1, 1.5));
        Assert.Equal(before, Snapshot(sum));
    }

    [Fact]
    public void The_largest_values_with_the_largest_weight_do_not_overflow()
    {
        var values = new float[s_task.Layout.Count];
        Array.Fill(values, -1024);
        var sum = s_task.NewAccumulator(1);
        sum.Add(Upload(s_task.Layout, values), 0, RoundAccumulator.MaxWeight - 1);
        sum.Add(Upload(s_task.Layout, values), 0, 1);
        var model = FederationModel.Initial(s_task, 1);
        model.Apply(1, RoundMean.Of(sum), 1);
        Assert.All(model.Values(0).Zip(s_task.CommonSeed.ToArray()), p => Assert.Equal(p.Second - 1024, p.First, 1e-3));
    }

    [Fact]
    public void A_snapshot_is_read_back_and_its_damage_noticed()
    {
        var sum = Sum(Contributions(new Random(2), 5));
        byte[] bytes = Snapshot(sum);
        var read = RoundAccumulator.Load(new MemoryStream(bytes), s_task);
        Assert.Equal(bytes, Snapshot(read));
        Assert.Equal((sum.Contributions, sum.Cohorts, sum.Bytes), (read.Contributions, read.Cohorts, read.Bytes));
        for (int at = 0; at < bytes.Length; at += 37)
        {
            byte[] damaged = [.. bytes];
            damaged[at] ^= 4;
            Assert.Throws<InvalidDataException>(() => RoundAccumulator.Load(new MemoryStream(damaged), s_task));
        }
        Assert.Throws<InvalidDataException>(() => RoundAccumulator.Load(new MemoryStream(bytes[..^1]), s_task));
    }

    [Fact]
    public void Memory_is_that_of_the_sums_in_use_and_is_kept_for_the_next_round()
    {
        var sum = s_task.NewAccumulator(1000);
        Assert.Equal(0, sum.Bytes);
        sum.Add(Upload(s_task.Layout, Values(s_task.Layout, 1), layers: [0, 15]), 999, 3);
        Assert.Equal(8L * (s_task.Layout.Layers[0].Count + s_task.Layout.Layers[15].Count), sum.Bytes);
        byte[] before = Snapshot(sum);
        sum.Clear();
        Assert.Equal(0, sum.Contributions);
        sum.Add(Upload(s_task.Layout, Values(s_task.Layout, 1), layers: [0, 15]), 999, 3);
        Assert.Equal(before, Snapshot(sum));
    }

    private sealed record Contribution(PayloadReader Upload, int Cohort, long Weight, double Scale);

    private static List<Contribution> Contributions(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        int[] layers = [.. s_task.Layout.All.Where(_ => random.Next(3) > 0).DefaultIfEmpty(4)];
        var encoding = (PayloadEncoding)random.Next(5);
        var header = Header(encoding, layers: layers) with { Scores = [.. s_task.Layout.All.Select(_ => random.NextSingle())] };
        var upload = PayloadReader.Open(Payload.Write(s_task.Layout, header, Values(s_task.Layout, random.Next()), 1), s_task.Layout);
        return new Contribution(upload, random.Next(3), random.Next(1, 10_000), random.Next(2) == 0 ? 1 : random.NextDouble());
    })];

    private static RoundAccumulator Sum(IEnumerable<Contribution> contributions)
    {
        var sum = s_task.NewAccumulator(3);
        foreach (var c in contributions) sum.Add(c.Upload, c.Cohort, c.Weight, c.Scale);
        return sum;
    }

    private static byte[] Snapshot(RoundAccumulator sum)
    {
        using var stream = new MemoryStream();
        sum.Save(stream);
        return stream.ToArray();
    }
}
