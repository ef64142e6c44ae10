using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Models;

public sealed class VitForwardTests
{
    [Theory(Timeout = 60_000)]
    [InlineData(16, 3, 4, false, true), InlineData(16, 3, 4, true, true), InlineData(24, 2, 8, true, false), InlineData(16, 1, 16, false, false)]
    public Task Logits_are_those_of_the_loops(int width, int depth, int headDim, bool token, bool qkvBias) => Within.OneMinute(() =>
    {
        var shape = LetsSample.Vit(width, depth, headDim, token, qkvBias, classes: 5, channels: 3);
        using var folder = new TempFolder();
        using var parameters = VitInit.Create(shape, 3);
        LetsSample.AddNoise(parameters, 3, 0.3);
        using (var stream = File.Create(folder["vit"]))
            ModelFile.WriteVit(stream, new() { Kind = "vit", Vit = shape }, VitWeights.From(shape, name => parameters[name]));
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = Images(4, 3, 6);
        var logits = new Vit(shape).Forward(images, VitWeights.From(shape, name => parameters[name]));
        AssertLogits(logits, Numbers.ReadFile(folder["vit"]), images, shape);
    });

    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task A_descendants_logits_are_those_of_the_loops_from_the_learngenes_file_on(bool token) => Within.OneMinute(() =>
    {
        using var sample = LetsSample.Of(8, 4, 24, 8, 4, token);
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = Images(3, 2, 6);
        foreach (var (width, depth) in ((int, int)[])[(4, 2), (8, 5), (16, 3), (24, 8)])
        {
            var selection = sample.Choose(SelectionRule.Magnitude, width, DepthList.For(4, depth));
            var shape = sample.Shape.Descendant(width, depth);
            var logits = new Vit(shape).Forward(images, sample.Expand(selection));
            AssertLogits(logits, LetsOracle.Descendant(sample.Read, sample.Sizes, LetsSample.Taken(selection)), images, shape);
        }
    });

    [Fact(Timeout = 60_000)]
    public Task More_tokens_than_attention_writes_out_give_the_same_logits() => Within.OneMinute(() =>
    {
        var shape = LetsSample.Vit(8, 2, 4, token: true, channels: 1) with { ImageSize = 24, PatchSize = 2 };
        using var folder = new TempFolder();
        using var parameters = VitInit.Create(shape.Validated(), 4);
        LetsSample.AddNoise(parameters, 4, 0.3);
        using (var stream = File.Create(folder["vit"]))
            ModelFile.WriteVit(stream, new() { Kind = "vit", Vit = shape }, VitWeights.From(shape, name => parameters[name]));
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = Images(2, 1, 24);
        AssertLogits(new Vit(shape).Forward(images, VitWeights.From(shape, name => parameters[name])), Numbers.ReadFile(folder["vit"]), images, shape);
    });

    internal static Tensor Images(int count, int channels, int side)
    {
        using var generator = new Generator(11);
        return empty(count, channels, side, side).normal_(0, 1, generator);
    }

    internal static void AssertLogits(Tensor logits, IReadOnlyDictionary<string, Numbers> weights, Tensor images, VitShape shape)
    {
        for (int i = 0; i < images.shape[0]; i++)
        {
            double[] image = [.. images[i].contiguous().data<float>().ToArray().Select(x => (double)x)];
            double[] expected = VitOracle.Logits(weights, image, shape.PatchSize, shape.Heads);
            float[] actual = logits[i].contiguous().data<float>().ToArray();
            Assert.Equal(shape.Classes, actual.Length);
            for (int c = 0; c < actual.Length; c++)
                Assert.True(Math.Abs(expected[c] - actual[c]) <= 1e-4 * Math.Max(1, Math.Abs(expected[c])), $"image {i}, class {c}: {actual[c]} for {expected[c]}");
        }
    }
}
