using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class RecompositionTests
{
    [Theory(Timeout = 60_000)]
    [InlineData(Nodes.Paper, 0, false, true), InlineData(Nodes.Paper, 1, true, true), InlineData(Nodes.Chebyshev, 0, true, false)]
    public Task A_descendant_is_the_one_that_the_loops_build_and_gives_their_logits(Nodes nodes, int orderOffset, bool token, bool qkvBias) => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 6, 4, token, qkvBias) with { Nodes = nodes, OrderOffset = orderOffset });
        foreach (var (depth, components) in ((int, int)[])[(6, 4), (1, 1), (3, 2), (9, 4), (6, 1)])
        {
            var expected = RecompositionOracle.Descendant(sample.Read, sample.Shape, depth, components);
            Numbers.AssertClose(expected, sample.Written(depth, components), _ => 1e-5, (depth, components));
            using var none = no_grad();
            using var scope = NewDisposeScope();
            var images = VitForwardTests.Images(2, 2, 6);
            var vit = sample.Shape.Descendant(new(sample.Shape.Vit.Width, depth, components));
            VitForwardTests.AssertLogits(new Vit(vit).Forward(images, Recomposition.Expand(sample.Shape, name => sample.Parameters[name], new(sample.Shape.Vit.Width, depth, components))), expected, images, vit);
        }
    });

    [Fact(Timeout = 60_000)]
    public Task Building_all_layers_from_all_components_reproduces_the_logits_of_the_model_in_training() => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 5, 3));
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = VitForwardTests.Images(3, 2, 6);
        var trained = new ComponentTrainable(sample.Shape, sample.Parameters, new() { Training = DecompositionTraining.Together }).Predictor()(images);
        var built = new Vit(sample.Shape.Vit).Forward(images, Recomposition.Expand(sample.Shape, name => sample.Parameters[name], new(sample.Shape.Vit.Width, 5, 3)));
        Assert.Equal(trained.data<float>().ToArray(), built.data<float>().ToArray());
    });

    [Fact(Timeout = 60_000)]
    public Task Every_number_of_the_components_that_take_part_has_the_slope_that_differences_give() => Within.OneMinute(() =>
    {
        const int Depth = 3, Taken = 2;
        using var sample = new DecompositionSample(DecompositionSample.Of(4, 4, 3) with { OrderOffset = 1 });
        var random = new Random(3);
        var weights = RecompositionOracle.Descendant(sample.Read, sample.Shape, Depth, Taken).ToDictionary(t => t.Key, t => t.Value.Values.Select(_ => random.NextDouble() - 0.5).ToArray());
        double Loss() => RecompositionOracle.Descendant(sample.Read, sample.Shape, Depth, Taken).Sum(t => t.Value.Values.Zip(weights[t.Key], (a, b) => a * a * b).Sum());

        using var scope = NewDisposeScope();
        var leaves = DecompositionParameters.Specs(sample.Shape).ToDictionary(s => s.Name, s => tensor(Keys(sample, s).SelectMany(k => sample.Read[k].Values).ToArray()).view(s.Shape).clone().detach().requires_grad_());
        var loss = zeros(1, dtype: ScalarType.Float64);
        foreach (var (name, value) in Recomposition.Expand(sample.Shape, name => leaves[name], new(sample.Shape.Vit.Width, Depth, Taken)).Named(sample.Shape.Descendant(new(sample.Shape.Vit.Width, Depth, Taken))))
            loss = loss + (value.flatten().square() * tensor(weights[name])).sum();
        Assert.Equal(Loss(), loss.item<double>(), 1e-9);
        loss.backward();
        foreach (var spec in DecompositionParameters.Specs(sample.Shape))
        {
            double[] slopes = leaves[spec.Name].grad!.contiguous().data<double>().ToArray();
            int at = 0;
            foreach (string key in Keys(sample, spec))
            {
                double[] values = sample.Read[key].Values;
                for (int i = 0; i < values.Length; i += 5)
                {
                    double old = values[i];
                    values[i] = old + 1e-3;
                    double above = Loss();
                    values[i] = old - 1e-3;
                    double below = Loss();
                    values[i] = old;
                    Assert.Equal((above - below) / 2e-3, slopes[at + i], 1e-7);
                }
                if (key.StartsWith($"components.{Taken}.", StringComparison.Ordinal)) Assert.All(slopes[at..], s => Assert.Equal(0, s));
                at += values.Length;
            }
        }
    });

    [Fact(Timeout = 60_000)]
    public Task Frozen_components_count_like_the_others_but_get_no_gradient() => Within.OneMinute(() =>
    {
        using var sample = new DecompositionSample(DecompositionSample.Of(8, 5, 4));
        using var scope = NewDisposeScope();
        Tensor Frozen(string name) => sample.Parameters[name].narrow(0, 0, 3);
        var rest = sample.Parameters.Specs.ToDictionary(
            s => s.Name, s => (s.Name.StartsWith("components", StringComparison.Ordinal) ? sample.Parameters[s.Name].narrow(0, 3, 1) : sample.Parameters[s.Name]).detach().clone().requires_grad_());
        var vit = sample.Shape.Descendant(new(sample.Shape.Vit.Width, 5, 4));
        var whole = Recomposition.Expand(sample.Shape, name => sample.Parameters[name], new(sample.Shape.Vit.Width, 5, 4)).Named(vit);
        var parts = Recomposition.Expand(sample.Shape, name => rest[name], new(sample.Shape.Vit.Width, 5, 4), Frozen).Named(vit);
        var loss = zeros(1);
        foreach (var (name, value) in parts)
        {
            Assert.True((whole[name] - value).abs().max().item<float>() < 1e-5, name);
            loss = loss + value.square().sum();
        }
        loss.backward();
        Assert.Equal(0, sample.Parameters.Gradients.abs().max().item<float>());
        Assert.All(rest.Values, t => Assert.True(t.grad!.abs().max().item<float>() > 0));
    });

    [Fact(Timeout = 60_000)]
    public Task A_new_decomposition_is_DeiTs_first_component_and_nothing_else() => Within.OneMinute(() =>
    {
        using var few = DecompositionParameters.Create(DecompositionSample.Of(16, 4, 1), 7);
        using var many = DecompositionParameters.Create(DecompositionSample.Of(16, 4, 5), 7);
        using var scope = NewDisposeScope();
        foreach (var spec in few.Specs.Where(s => s.Name.StartsWith("components", StringComparison.Ordinal)))
        {
            Assert.Equal(few[spec.Name].data<float>().ToArray(), many[spec.Name].narrow(0, 0, 1).data<float>().ToArray());
            Assert.Equal(0, many[spec.Name].narrow(0, 1, 4).abs().max().item<float>());
        }
        Assert.Equal(1, few["components.*.norm1.weight"].min().item<float>());
        Assert.Equal(0.02, few["components.*.mlp.fc1.weight"].std().item<float>(), 0.002);
        Assert.All(many.Specs.Where(s => s.Name.Contains("norm") || s.Name.EndsWith("bias", StringComparison.Ordinal)), s => Assert.False(s.Decay));
        Assert.All(many.Specs.Where(s => s.Name.Contains("fc1.weight")), s => Assert.True(s.Decay));
    });

    [Fact]
    public void What_is_trained_does_not_grow_with_depth()
    {
        var shape = DecompositionSample.Of(8, 6, 4);
        Assert.Equal((shape.Vit with { Depth = 4 }).Parameters, shape.Trainable);
        Assert.Equal(shape.Trainable, (shape with { Vit = shape.Vit with { Depth = 12 } }).Trainable);
    }

    private static IEnumerable<string> Keys(DecompositionSample sample, ParameterSpec spec) => sample.Read.ContainsKey(spec.Name)
        ? [spec.Name]
        : Enumerable.Range(0, sample.Shape.Components).Select(n => spec.Name.Replace("*", $"{n}"));
}
