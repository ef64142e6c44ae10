using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class ClosedFormTests
{
    [Theory(Timeout = 60_000), InlineData(true), InlineData(false)]
    public Task As_many_components_as_layers_at_Chebyshevs_nodes_lose_nothing_at_any_depth(bool align) => Within.OneMinute(() =>
    {
        for (int depth = 2; depth <= 16; depth++)
        {
            var vit = LetsSample.Vit(8, depth, 4);
            using var model = DecompositionSample.Model(vit, depth);
            var (shape, parameters, report) = LeastSquares.Decompose(vit, name => model[name], new() { Align = align });
            using var _ = parameters;
            Assert.Equal(depth, report.Residuals.Count);
            Assert.All(report.Residuals.Append(report.Residual).Append(report.RoundingError), r => Assert.InRange(r, 0, 1e-6));
            Assert.Equal(Math.Sqrt(2), report.ConditionNumber, 1e-9);
            using var none = no_grad();
            using var scope = NewDisposeScope();
            var images = VitForwardTests.Images(2, 2, 6);
            AssertClose(Logits(vit, name => model[name], images), new Vit(vit).Forward(images, Recomposition.Expand(shape, name => parameters[name], new(shape.Vit.Width, depth, depth))), 1e-4);
        }
    });

    [Fact(Timeout = 60_000)]
    public Task The_residual_is_what_a_user_finds_between_the_weights_and_no_components_fit_better() => Within.OneMinute(() =>
    {
        var vit = LetsSample.Vit(8, 6, 4);
        using var model = DecompositionSample.Model(vit, 3);
        var (shape, parameters, report) = LeastSquares.Decompose(vit, name => model[name], new() { Components = 3, Align = false });
        using var _ = parameters;
        using var none = no_grad();
        using var scope = NewDisposeScope();
        double Lost(int layer, double nudge)
        {
            double lost = 0, norm = 0;
            var nudged = parameters.Specs.ToDictionary(s => s.Name, s => parameters[s.Name] * (s.Name.StartsWith("components", StringComparison.Ordinal) ? 1 + nudge : 1));
            var weights = Recomposition.Expand(shape, name => nudged[name], new(shape.Vit.Width, 6, 3)).Named(vit);
            foreach (string name in weights.Keys.Where(k => layer < 0 ? k.StartsWith("blocks.", StringComparison.Ordinal) : k.StartsWith($"blocks.{layer}.", StringComparison.Ordinal)))
            {
                lost += (weights[name] - model[name]).to(ScalarType.Float64).square().sum().item<double>();
                norm += model[name].to(ScalarType.Float64).square().sum().item<double>();
            }
            return Math.Sqrt(lost / norm);
        }
        for (int l = 0; l < 6; l++) Assert.Equal(Lost(l, 0), report.Residuals[l], 1e-5);
        Assert.Equal(Lost(-1, 0), report.Residual, 1e-5);
        Assert.True(report.Residual is > 0.1 and < 1);
        Assert.True(Lost(-1, 0.02) > report.Residual && Lost(-1, -0.02) > report.Residual);
    });

    [Fact(Timeout = 60_000)]
    public Task What_32_bits_cannot_hold_is_refused_with_its_condition_number_unless_it_is_forced() => Within.OneMinute(() =>
    {
        var vit = LetsSample.Vit(8, 12, 4);
        using var model = DecompositionSample.Model(vit, 3);
        var settings = new DecomposeSettings { Nodes = Nodes.Paper };
        foreach (var (offset, condition) in ((int, string)[])[(0, "1.6e+9"), (1, "5.2e+7")])
        {
            string message = Assert.Throws<InvalidInputException>(() => LeastSquares.Decompose(vit, name => model[name], settings with { OrderOffset = offset })).Message;
            Assert.Contains($"condition number {condition}", message);
            Assert.Contains("nodes chebyshev, fewer components, or force", message);
        }
        var forced = LeastSquares.Decompose(vit, name => model[name], settings with { Force = true });
        forced.Parameters.Dispose();
        Assert.True(forced.Report.RoundingError > 1e-3);
        Assert.Equal(forced.Report.RoundingError, forced.Report.Residual, 1e-3 * forced.Report.Residual);
        // T_12 is zero at all of its own nodes.
        string dependent = Assert.Throws<InvalidInputException>(() => LeastSquares.Decompose(vit, name => model[name], new() { OrderOffset = 1 })).Message;
        Assert.Contains("adds nothing to the others", dependent);
        // Eight of the paper's are fine.
        LeastSquares.Decompose(vit, name => model[name], settings with { Components = 8 }).Parameters.Dispose();
        Assert.Contains("1..12", Assert.Throws<InvalidInputException>(() => LeastSquares.Decompose(vit, name => model[name], new() { Components = 13 })).Message);
    });

    [Theory(Timeout = 60_000), InlineData(true, true), InlineData(false, false)]
    public Task Alignment_keeps_the_function_and_finds_the_order_of_shuffled_layers(bool token, bool qkvBias) => Within.OneMinute(() =>
    {
        var vit = LetsSample.Vit(16, 4, 4, token, qkvBias);
        using var model = Shuffled(vit);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = VitForwardTests.Images(3, 2, 6);
        var aligned = Alignment.Align(vit, name => model[name]);
        AssertClose(Logits(vit, name => model[name], images), Logits(vit, name => aligned[name], images), 1e-5);
        for (int l = 1; l < 4; l++)
            foreach (var (name, _) in VitWeights.BlockShapes(vit))
                Assert.Equal(model[$"blocks.0.{name}"].data<float>().ToArray(), aligned[$"blocks.{l}.{name}"].contiguous().data<float>().ToArray());

        double Residual(bool align)
        {
            var (_, parameters, report) = LeastSquares.Decompose(vit, name => model[name], new() { Components = 1, Align = align });
            parameters.Dispose();
            return report.Residual;
        }
        Assert.InRange(Residual(align: true), 0, 1e-6);
        Assert.True(Residual(align: false) > 0.3);
    });

    [Fact(Timeout = 60_000)]
    public Task Alignment_keeps_the_function_of_layers_that_have_nothing_in_common() => Within.OneMinute(() =>
    {
        var vit = LetsSample.Vit(16, 5, 4);
        using var model = DecompositionSample.Model(vit, 4);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = VitForwardTests.Images(3, 2, 6);
        var aligned = Alignment.Align(vit, name => model[name]);
        AssertClose(Logits(vit, name => model[name], images), Logits(vit, name => aligned[name], images), 1e-5);
        Assert.NotEqual(model["blocks.3.mlp.fc1.weight"].data<float>().ToArray(), aligned["blocks.3.mlp.fc1.weight"].data<float>().ToArray());
    });

    [Fact(Timeout = 60_000)]
    public Task Decomposing_leaves_no_tensor_behind() => Within.OneMinute(() =>
    {
        var vit = LetsSample.Vit(8, 3, 4);
        using var model = DecompositionSample.Model(vit, 4);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        LeastSquares.Decompose(vit, name => model[name], new()).Parameters.Dispose();
        Assert.Throws<InvalidInputException>(() => LeastSquares.Decompose(vit, name => model[name], new() { Components = 4 }));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    });

    // Copies of one layer whose hidden neurons and heads are in another order in each.
    private static ParameterSet Shuffled(VitShape vit)
    {
        var model = DecompositionSample.Model(vit, 3);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var random = new Random(1);
        for (int l = 1; l < vit.Depth; l++)
        {
            long[] neurons = Order(vit.Hidden), heads = Order(vit.Heads), rows = [.. heads.SelectMany(h => Enumerable.Range(0, vit.HeadDim).Select(i => h * vit.HeadDim + i))];
            long[] qkv = [.. Enumerable.Range(0, 3).SelectMany(part => rows.Select(r => part * vit.Width + r))];
            foreach (var (name, _) in VitWeights.BlockShapes(vit))
            {
                var t = model[$"blocks.0.{name}"];
                model.Set($"blocks.{l}.{name}", name switch
                {
                    "mlp.fc1.weight" or "mlp.fc1.bias" => t[tensor(neurons)],
                    "mlp.fc2.weight" => t.index_select(1, tensor(neurons)),
                    "attn.qkv.weight" or "attn.qkv.bias" => t[tensor(qkv)],
                    "attn.proj.weight" => t.index_select(1, tensor(rows)),
                    _ => t,
                });
            }
        }
        return model;

        long[] Order(int n)
        {
            long[] order = [.. Enumerable.Range(0, n)];
            random.Shuffle(order);
            return order;
        }
    }

    private static Tensor Logits(VitShape vit, Func<string, Tensor> get, Tensor images) => new Vit(vit).Forward(images, VitWeights.From(vit, get));

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance) =>
        Assert.True((expected - actual).abs().max().item<float>() <= tolerance * Math.Max(1, expected.abs().max().item<float>()));
}
