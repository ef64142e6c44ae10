using System.Text;
using System.Text.Json;
using Learngene.Vision.Budgets;
using Learngene.Vision.Data;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Training;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Decomposition;

/// <summary>What has to know that a decomposition has widths: files, settings, descendants, grids, budgets.</summary>
public sealed class WidthTests
{
    private static readonly DecompositionShape s_shape = WideningTests.Of(20, 8);

    [Fact]
    public void A_file_comes_back_as_it_was_and_is_written_the_same_again()
    {
        using var sample = new DecompositionSample(WideningTests.Of(20, 8, token: true));
        using var file = SafetensorsFile.Open(sample.Path);
        var config = ModelConfig.Read(file);
        Assert.Equal((sample.Shape, sample.Shape.Vit), (config.Decomposition, config.Vit));
        Assert.EndsWith(",\"orderOffset\":0,\"componentWidth\":8}", config.Json);
        Assert.Equal([12, 8], file["F.q"].Shape);
        Assert.Equal([1, 5, 20], file["pos_embed"].Shape);
        Assert.Equal([1, 1, 8], file["cls_token"].Shape);
        Assert.Equal(sample.Shape.Trainable, file.Tensors.Values.Sum(t => t.Shape.Aggregate(1L, (a, b) => a * b)));
        using var stream = new MemoryStream();
        ModelFile.WriteDecomposition(stream, config, name => sample.Parameters[name]);
        Assert.Equal(File.ReadAllBytes(sample.Path), stream.ToArray());
    }

    // As it was written before there were widths.
    [Fact]
    public void Without_a_component_width_files_and_settings_do_not_mention_widths()
    {
        Assert.Equal(
            """{"vit":{"img_size":6,"patch_size":3,"in_chans":2,"num_classes":3,"embed_dim":8,"depth":6,"num_heads":2,"mlp_ratio":4,"qkv_bias":true,"class_token":false,"global_pool":"avg"},"components":3,"basis":"chebyshev","nodes":"paper","orderOffset":0}""",
            DecompositionSample.Of(8, 6, 3).ToJson());
        string settings = JsonSerializer.Serialize(new DecompositionSettings().Resolved(LetsSample.Vit(32, 12, 16)), Json.Strict);
        Assert.StartsWith("""{"width":32,"depth":12,"heads":2,"patch":3,"components":[1,2,4,8,12],"basis":"chebyshev","nodes":"paper","orderOffset":0,"training":"sampled","minDepth":2,"measureSizes":2000,"distillationAlpha":1,""", settings);
        Assert.DoesNotContain("idth", settings["{\"width\"".Length..]);
        Assert.DoesNotContain(DecompositionParameters.Specs(DecompositionSample.Of(8, 6, 3)), s => s.Name.StartsWith("F.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"F.q\":", "\"F.z\":", "'F.q'", "missing")]
    [InlineData("\"F.emb\":{\"dtype\":\"F32\",\"shape\":[12,8]", "\"F.emb\":{\"dtype\":\"F32\",\"shape\":[8,12]", "'F.emb' has shape (8, 12)", "(12, 8)")]
    [InlineData("\\\"componentWidth\\\":8", "\\\"componentWidth\\\":4", "has shape (8, ", "needs (4, ")]
    [InlineData("\\\"componentWidth\\\":8", "\\\"componentWidth\\\":6", "componentWidth 6", "heads of 4 channels, below the width 20")]
    [InlineData(",\\\"componentWidth\\\":8", "", "has shape", "needs (20, ")]
    public void A_file_that_contradicts_itself_is_refused(string from, string to, string value, string allowed)
    {
        using var sample = new DecompositionSample(s_shape);
        using var folder = new TempFolder();
        string bytes = Encoding.Latin1.GetString(File.ReadAllBytes(sample.Path));
        Assert.Contains(from, bytes);
        File.WriteAllBytes(folder["bad"], Encoding.Latin1.GetBytes(bytes.Replace(from, to.PadRight(from.Length))));
        using var file = SafetensorsFile.Open(folder["bad"]);
        AssertRefused(() => ModelFile.Check(file, ModelConfig.Read(file)), value, allowed);
    }

    [Theory, InlineData(20), InlineData(24), InlineData(0), InlineData(-4), InlineData(10)]
    public void A_component_width_that_is_not_whole_heads_below_the_width_is_refused(int componentWidth) =>
        AssertRefused(() => (s_shape with { ComponentWidth = componentWidth }).Validated(), $"componentWidth {componentWidth} ", "heads of 4 channels, below the width 20");

    [Theory]
    [InlineData(10, 4, 2, "width 10", "allowed are 4, 8, ..., 20"), InlineData(24, 4, 2, "width 24", "allowed are 4, 8, ..., 20"), InlineData(0, 4, 2, "width 0", "allowed are 4, 8, ..., 20")]
    [InlineData(8, 0, 2, "depth 0", "1..256"), InlineData(8, 4, 5, "components 5", "1..4")]
    public void A_descendant_that_is_not_to_be_had_is_refused(int width, int depth, int components, string value, string allowed)
    {
        AssertRefused(() => s_shape.Descendant(new ModelSize(width, depth, components)), value, allowed);
        AssertRefused(() => new DescendSettings { Width = width, Depth = depth, Components = components }.For(s_shape), value, allowed);
    }

    [Fact]
    public void A_request_takes_any_width_and_by_default_the_full_one()
    {
        Assert.Equal((20, 6, 4), Asked(new()));
        Assert.Equal((4, 6, 4), Asked(new() { Width = 4 }));
        Assert.Equal((12, 2, 1), Asked(new() { Width = 12, Depth = 2, Components = 1 }));
        AssertRefused(() => new DescendSettings { Width = 4 }.For(DecompositionSample.Of(8, 6, 3)), "width 4", "keeps its width, 8");
        (int?, int?, int?) Asked(DescendSettings settings) => settings.For(s_shape) is var s ? (s.Width, s.Depth, s.Components) : default;
    }

    [Fact]
    public void Settings_give_the_shape_and_the_narrowest_width_is_the_components_unless_it_is_given()
    {
        var ancestry = LetsSample.Vit(32, 12, 8);
        var settings = new DecompositionSettings { Width = 64, Heads = 8, ComponentWidth = 24 };
        Assert.Equal((64, 8, 24), settings.Shape(ancestry) is var s ? (s.Vit.Width, s.Vit.Heads, s.ComponentWidth!.Value) : default);
        Assert.Equal((24, 3), settings.Shape(ancestry).Core is var core ? (core.Width, core.Heads) : default);
        Assert.Equal(24, settings.Resolved(ancestry).MinWidth);
        Assert.Contains("\"componentWidth\":24,\"minWidth\":8", JsonSerializer.Serialize((settings with { MinWidth = 8 }).Resolved(ancestry), Json.Strict));
    }

    [Theory]
    [InlineData("""{"componentWidth":32}""", "componentWidth 32", "below the width 32"), InlineData("""{"componentWidth":12}""", "componentWidth 12", "heads of 8")]
    [InlineData("""{"componentWidth":16,"minWidth":24}""", "minWidth 24", "up to componentWidth 16"), InlineData("""{"componentWidth":16,"minWidth":4}""", "minWidth 4", "heads of 8")]
    [InlineData("""{"minWidth":8}""", "minWidth 8", "needs componentWidth")]
    public void A_setting_that_cannot_be_is_refused(string json, string value, string allowed) =>
        AssertRefused(() => Json.Parse<DecompositionSettings>(json, "settings").Shape(LetsSample.Vit(32, 12, 8)), value, allowed);

    [Fact(Timeout = 60_000)]
    public Task Sizes_measured_together_score_as_each_does_alone() => Within.OneMinute(() =>
    {
        using var set = Samples.Set(600, new(1, 28, 28), classes: 10);
        var preprocess = Preprocess.Measure(set);
        var shape = new DecompositionShape
        {
            Vit = new() { ImageSize = 28, PatchSize = 7, Channels = 1, Classes = 10, Width = 32, Depth = 4, Heads = 4 }, ComponentWidth = 16,
            Components = 3, Basis = Basis.Chebyshev, Nodes = Nodes.Paper, OrderOffset = 0,
        }.Validated();
        var config = new ModelConfig { Kind = "decomposition", Vit = shape.Vit, Decomposition = shape };
        using var parameters = DecompositionParameters.Create(shape, 3);
        LetsSample.AddNoise(parameters, 3, 0.1);
        var sizes = LearngeneGrid.Spread(config);
        Assert.Equal(3 * 3 * 3, sizes.Distinct().Count());
        Assert.Contains(new ModelSize(16, 2, 1), sizes);
        Assert.Contains(new ModelSize(32, 4, 3), sizes);
        var found = LearngeneGrid.Measure(config, name => parameters[name], [.. sizes, new(8, 3)], Precision.Fp32, models => GridEvaluator.Run(models, set, preprocess, new NoWatcher(), take: 250));
        using var none = no_grad();
        foreach (var size in (ModelSize[])[new(16, 2, 1), new(24, 3, 2), new(32, 4, 3), new(8, 3)])
        {
            using var scope = NewDisposeScope();
            var weights = Recomposition.Expand(shape, name => parameters[name], size);
            var alone = Evaluator.Run(images => new Vit(shape.Descendant(size)).Forward(images, weights), set, preprocess, new NoWatcher(), take: 250);
            Assert.Equal((250, alone.Accuracy), (found[size.ToString()].Images, found[size.ToString()].Accuracy));
            Assert.Equal(alone.Loss, found[size.ToString()].Loss, 4);
        }
    });

    [Fact]
    public void The_spread_of_a_large_decomposition_has_its_ends_and_no_more_than_64_sizes()
    {
        var shape = DecompositionSample.Of(64, 32, 20) with { ComponentWidth = 12 };
        var spread = LearngeneGrid.Spread(new() { Kind = "decomposition", Vit = shape.Vit, Decomposition = shape });
        Assert.Equal((64, 64), (spread.Count, spread.Distinct().Count()));
        Assert.Contains(new ModelSize(12, 2, 1), spread);
        Assert.Contains(new ModelSize(64, 32, 20), spread);
    }

    [Fact]
    public void A_budget_picks_among_widths_depths_and_components()
    {
        var options = SizeOptions.Of(s_shape);
        Assert.Equal(5 * 6 * 4, options.DistinctBy(o => o.Name).Count());
        Assert.All(options, o => Assert.Equal((o.Width, o.Depth), (o.Shape.Width, o.Shape.Depth)));
        long limit = options.Single(o => (o.Width, o.Depth, o.Components) == (12, 4, 4)).Parameters;
        // Nothing known: the largest that fits. Something known: the best, though it is narrower.
        var largest = SizePicker.Pick(options, new() { MaxParams = limit }, AccuracyModel.None).Chosen.Size;
        Assert.Equal(options.Where(o => o.Parameters <= limit).Max(o => o.Parameters), largest.Parameters);
        var best = SizePicker.Pick(options, new() { MaxParams = limit }, new([.. options.Select(o => new MeasuredAccuracy(o.Width, o.Depth, o.Components, o is { Width: 8, Depth: 5, Components: 3 } ? 0.9 : 0.5))]));
        Assert.Equal("8x5 of 3 components", best.Chosen.Size.Name);
    }

    private static void AssertRefused(Action act, string value, string allowed)
    {
        string message = Assert.Throws<InvalidInputException>(act).Message;
        Assert.Contains(value, message);
        Assert.Contains(allowed, message);
        Assert.EndsWith(".", message);
    }
}
