using Learngene.Vision.Lets;
using Learngene.Vision.Tests.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Lets;

/// <summary>Autograd through the expansion, in float64, against finite differences of the oracle.</summary>
public sealed class GradientTests
{
    [Theory(Timeout = 120_000)]
    [InlineData(12, SelectionRule.Continuous, false), InlineData(8, SelectionRule.Random, true), InlineData(8, SelectionRule.Step, false)]
    [InlineData(4, SelectionRule.Continuous, true), InlineData(2, SelectionRule.Continuous, false)]
    [InlineData(12, SelectionRule.Continuous, false, 2), InlineData(8, SelectionRule.Random, true, 1)]
    public Task Every_number_of_a_learngene_has_the_slope_that_differences_give(int width, SelectionRule rule, bool token, int? rank = null) => Within.Minutes(2, () =>
    {
        using var sample = LetsSample.Of(4, 2, 12, 6, 2, token, rank: rank);
        var selection = sample.Choose(rule, width, [0, 2, 2]);
        var weights = Coefficients(sample, selection);

        using var scope = NewDisposeScope();
        var leaves = LetsParameters.Specs(sample.Shape).ToDictionary(s => s.Name, s => Stacked(sample.Read, s.Name, s.Shape));
        var named = Expansion.Expand(sample.Shape, name => leaves[name], selection).Named(sample.Shape.Descendant(width, 3));
        var loss = zeros(1, dtype: ScalarType.Float64);
        foreach (var (name, value) in named) loss = loss + (value.flatten() * tensor(weights[name])).sum();
        Assert.Equal(Loss(sample, selection, weights), loss.item<double>(), 1e-9);
        loss.backward();

        foreach (var (name, leaf) in leaves)
        {
            double[] slopes = leaf.grad is { } grad ? grad.contiguous().data<double>().ToArray() : new double[leaf.numel()];
            int at = 0;
            foreach (string key in Keys(sample.Read, name))
                for (int i = 0; i < sample.Read[key].Values.Length; i++, at++)
                {
                    double expected = Slope(sample, selection, weights, key, i);
                    Assert.True(Math.Abs(expected - slopes[at]) <= 1e-6 * Math.Max(1, Math.Abs(expected)), $"{key}[{i}]: {slopes[at]} for {expected}");
                }
            Assert.Equal(slopes.Length, at);
        }
    });

    // The loss is at most of third degree in any one number, so central differences are off by h^2 times a constant.
    private static double Slope(LetsSample sample, Selection selection, Dictionary<string, double[]> weights, string key, int i)
    {
        const double H = 1e-4;
        double[] values = sample.Read[key].Values;
        double old = values[i];
        values[i] = old + H;
        double above = Loss(sample, selection, weights);
        values[i] = old - H;
        double below = Loss(sample, selection, weights);
        values[i] = old;
        return (above - below) / (2 * H);
    }

    private static double Loss(LetsSample sample, Selection selection, Dictionary<string, double[]> weights) =>
        LetsOracle.Descendant(sample.Read, sample.Sizes, LetsSample.Taken(selection)).Sum(t => t.Value.Values.Zip(weights[t.Key], (a, b) => a * b).Sum());

    private static Dictionary<string, double[]> Coefficients(LetsSample sample, Selection selection)
    {
        var random = new Random(5);
        return LetsOracle.Descendant(sample.Read, sample.Sizes, LetsSample.Taken(selection)).OrderBy(t => t.Key, StringComparer.Ordinal)
            .ToDictionary(t => t.Key, t => t.Value.Values.Select(_ => 2 * random.NextDouble() - 1).ToArray());
    }

    private static Tensor Stacked(Dictionary<string, Numbers> read, string name, long[] shape) =>
        tensor(Keys(read, name).SelectMany(key => read[key].Values).ToArray()).view(shape).clone().detach().requires_grad_();

    // blocks.*.NAME, F.q and F.q.up stand for one tensor a layer.
    private static IEnumerable<string> Keys(Dictionary<string, Numbers> read, string name)
    {
        if (read.ContainsKey(name)) return [name];
        string[] parts = name.Split('.');
        Func<int, string> key = name.Contains('*') ? l => name.Replace("*", $"{l}") : l => string.Join('.', [.. parts[..2], $"{l}", .. parts[2..]]);
        return Enumerable.Range(0, 100).Select(key).TakeWhile(read.ContainsKey);
    }
}
