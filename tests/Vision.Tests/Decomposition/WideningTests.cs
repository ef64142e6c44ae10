using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

/// <summary>Components of 8 channels for ViTs of up to 20, heads of 4.</summary>
public sealed class WideningTests
{
    [Theory(Timeout = 60_000)]
    [InlineData(Nodes.Paper, 0, false, true), InlineData(Nodes.Paper, 1, true, true), InlineData(Nodes.Chebyshev, 0, true, false)]
    public Task A_descendant_of_any_width_is_the_one_that_the_loops_build_and_gives_their_logits(Nodes nodes, int orderOffset, bool token, bool qkvBias) => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(Of(20, 8, token, qkvBias) with { Nodes = nodes, OrderOffset = orderOffset });
        foreach (var size in (ModelSize[])[new(20, 6, 4), new(8, 3, 2), new(4, 9, 1), new(12, 1, 3), new(20, 2, 1), new(4, 2, 4)])
        {
            var expected = WideningOracle.Descendant(sample.Read, sample.Shape, size);
            Numbers.AssertClose(expected, sample.Written(size), scale => 1e-5 * Math.Max(1, scale), size);
            using var none = no_grad();
            using var scope = NewDisposeScope();
            var images = VitForwardTests.Images(2, 2, 6);
            var vit = sample.Shape.Descendant(size);
            VitForwardTests.AssertLogits(new Vit(vit).Forward(images, Recomposition.Expand(sample.Shape, name => sample.Parameters[name], size)), expected, images, vit);
        }
    });

    [Fact(Timeout = 60_000)]
    public Task A_narrower_descendant_is_a_block_of_the_widest_ones_weights() => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(Of(20, 8, token: true));
        var whole = sample.Written(new ModelSize(20, 3, 2));
        // One row of channels for each token; rows of q, k and v lie one after another.
        static Numbers Matrix(string name, Numbers n) => name is "pos_embed" or "cls_token" ? n.As(n.Shape[1], n.Shape[2]) : n;
        foreach (int width in sample.Shape.Widths())
            foreach (var (name, value) in sample.Written(new ModelSize(width, 3, 2)))
            {
                var (part, from) = (Matrix(name, value), Matrix(name, whole[name]));
                bool qkv = name.Contains("attn.qkv", StringComparison.Ordinal);
                for (int r = 0; r < part.Rows; r++)
                    for (int c = 0; c < part.Columns; c++)
                        Assert.Equal(from[qkv ? r / width * 20 + r % width : r, c], part[r, c], 1e-5 * Math.Max(1, Math.Abs(part[r, c])));
            }
    });

    [Theory(Timeout = 60_000), InlineData(8), InlineData(4)]
    public Task Every_number_that_takes_part_has_the_slope_that_differences_give(int width) => Within.OneMinute(() =>
    {
        var size = new ModelSize(width, 2, 2);
        using var sample = new DecompositionSample(Of(12, 4, token: true, components: 3));
        var random = new Random(3);
        var weights = WideningOracle.Descendant(sample.Read, sample.Shape, size).ToDictionary(t => t.Key, t => t.Value.Values.Select(_ => random.NextDouble() - 0.5).ToArray());
        double Loss() => WideningOracle.Descendant(sample.Read, sample.Shape, size).Sum(t => t.Value.Values.Zip(weights[t.Key], (a, b) => a * a * b).Sum());

        using var scope = NewDisposeScope();
        IEnumerable<string> Keys(ParameterSpec s) => sample.Read.ContainsKey(s.Name) ? [s.Name] : Enumerable.Range(0, sample.Shape.Components).Select(n => s.Name.Replace("*", $"{n}"));
        var leaves = DecompositionParameters.Specs(sample.Shape).ToDictionary(s => s.Name, s => tensor(Keys(s).SelectMany(k => sample.Read[k].Values).ToArray()).view(s.Shape).clone().detach().requires_grad_());
        var loss = zeros(1, dtype: ScalarType.Float64);
        foreach (var (name, value) in Recomposition.Expand(sample.Shape, name => leaves[name], size).Named(sample.Shape.Descendant(size)))
            loss = loss + (value.flatten().square() * tensor(weights[name])).sum();
        Assert.Equal(Loss(), loss.item<double>(), 1e-9 * Math.Abs(Loss()));
        loss.backward();
        foreach (var spec in DecompositionParameters.Specs(sample.Shape))
        {
            double[] slopes = leaves[spec.Name].grad is { } grad ? grad.contiguous().data<double>().ToArray() : new double[spec.Elements];
            int at = 0;
            foreach (string key in Keys(spec))
            {
                double[] values = sample.Read[key].Values;
                for (int i = 0; i < values.Length; i += 7)
                {
                    double old = values[i];
                    values[i] = old + 1e-3;
                    double above = Loss();
                    values[i] = old - 1e-3;
                    double below = Loss();
                    values[i] = old;
                    Assert.Equal((above - below) / 2e-3, slopes[at + i], 1e-5 * Math.Max(1, Math.Abs(slopes[at + i])));
                }
                at += values.Length;
            }
            // At the components' own width the matrices take no part; wider, each of them does.
            if (spec.Name.StartsWith("F.", StringComparison.Ordinal)) Assert.Equal(width > 4, slopes.Any(s => s != 0));
        }
    });

    [Fact(Timeout = 60_000)]
    public Task The_matrices_learn_beside_frozen_components_which_do_not() => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(Of(12, 8));
        using var scope = NewDisposeScope();
        var size = new ModelSize(12, 5, 4);
        Tensor Frozen(string name) => sample.Parameters[name].narrow(0, 0, 3);
        var rest = sample.Parameters.Specs.ToDictionary(
            s => s.Name, s => (s.Name.StartsWith("components", StringComparison.Ordinal) ? sample.Parameters[s.Name].narrow(0, 3, 1) : sample.Parameters[s.Name]).detach().clone().requires_grad_());
        var vit = sample.Shape.Descendant(size);
        var whole = Recomposition.Expand(sample.Shape, name => sample.Parameters[name], size).Named(vit);
        var loss = zeros(1);
        foreach (var (name, value) in Recomposition.Expand(sample.Shape, name => rest[name], size, Frozen).Named(vit))
        {
            Assert.True(allclose(whole[name], value, 1e-5, 1e-5), name);
            loss = loss + value.square().sum();
        }
        loss.backward();
        Assert.Equal(0, sample.Parameters.Gradients.abs().max().item<float>());
        Assert.All(rest.Values, t => Assert.True(t.grad!.abs().max().item<float>() > 0));
    });

    [Fact(Timeout = 60_000)]
    public Task New_matrices_average_and_decay_and_one_set_of_them_serves_all_components() => Within.OneMinute(() =>
    {
        using var few = DecompositionParameters.Create(Of(20, 8, components: 1), 7);
        using var many = DecompositionParameters.Create(Of(20, 8, components: 5), 7);
        using var scope = NewDisposeScope();
        Assert.Equal([1, 4, 20], many["pos_embed"].shape);
        foreach (string name in (string[])["F.emb", "F.cls", "F.q", "F.k", "F.v", "F.ffn"])
        {
            Assert.Equal(name == "F.ffn" ? [48, 32] : [12, 8], many[name].shape);
            Assert.True(many[name].min().item<float>() >= 0);
            Assert.True(allclose(many[name].sum(-1), ones(many[name].shape[0])), name);
            Assert.True(many.Specs.Single(s => s.Name == name).Decay);
        }
        foreach (var spec in few.Specs)
        {
            bool stacked = spec.Name.StartsWith("components", StringComparison.Ordinal);
            Assert.Equal(few[spec.Name].data<float>().ToArray(), (stacked ? many[spec.Name].narrow(0, 0, 1) : many[spec.Name]).data<float>().ToArray());
        }
    });

    // DeiT-B from 12 components of DeiT-S' width: outside the blocks, components, and 21 matrices of 384 x 384.
    [Fact]
    public void What_is_trained_is_counted_by_hand() => Assert.Equal(
        (384 * 3 * 256 + 384) + 196 * 768 + 2 * 384 + (1000 * 384 + 1000) + 12 * (12 * 384 * 384 + 13 * 384) + 21 * 384 * 384,
        new DecompositionShape
        {
            Vit = new() { ImageSize = 224, PatchSize = 16, Channels = 3, Classes = 1000, Width = 768, Depth = 12, Heads = 12 },
            Components = 12, Basis = Basis.Chebyshev, Nodes = Nodes.Paper, OrderOffset = 0, ComponentWidth = 384,
        }.Validated().Trainable);

    internal static DecompositionShape Of(int width, int componentWidth, bool token = false, bool qkvBias = true, int components = 4) =>
        DecompositionSample.Of(width, 6, components, token, qkvBias) with { ComponentWidth = componentWidth };
}
