using Learngene.Sdk.Experiments;

namespace Learngene.Sdk.Tests.Experiments;

/// <summary>The figures are METHODS 0 and 1.1, computed there by other means.</summary>
public sealed class ModelCostTests
{
    [Theory]
    [InlineData(384, 6, 11.4), InlineData(384, 8, 15.0), InlineData(384, 10, 18.5), InlineData(384, 12, 22.0), InlineData(384, 14, 25.6), InlineData(384, 16, 29.1)]
    [InlineData(512, 6, 19.9), InlineData(512, 16, 51.4), InlineData(576, 10, 41.0), InlineData(640, 14, 70.2), InlineData(768, 12, 86.57), InlineData(768, 16, 114.9)]
    public void Parameters_are_those_of_the_table(int width, int depth, double millions) =>
        Assert.Equal(millions, new ModelCost(width, depth, 16, 224, 3, 1000).Parameters / 1e6, width == 768 && depth == 12 ? 2 : 1);

    [Fact]
    public void LeTs_in_the_papers_configuration_trains_37735784_numbers() =>
        Assert.Equal(37_735_784, new ModelCost(384, 8, 16, 224, 3, 1000).LetsParameters(768, 16));

    [Fact]
    public void A_forward_pass_of_DeiT_B_takes_two_times_17_5_billion_multiply_adds() =>
        Assert.InRange(new ModelCost(768, 12, 16, 224, 3, 1000).Flops, 34.5e9, 35.5e9);

    [Fact]
    public async Task A_dry_run_of_the_papers_experiments_tells_these_numbers_without_a_silo()
    {
        var lets = (await Programs.RunAsync(Programs.Cli, ["compare", Shipped("imagenet-lets.json"), "--dry-run", "--json"])).Done();
        var method = lets.GetProperty("methods").EnumerateArray().First();
        Assert.Equal(37_735_784, method.GetProperty("stored").GetInt64());
        Assert.Equal(86_566_120, lets.GetProperty("sizes").EnumerateArray().Single(s => s.GetProperty("size").GetString() == "768x12").GetProperty("parameters").GetInt64());
        Assert.InRange(lets.GetProperty("hours").GetDouble(), 100, 2000);
        var decomposition = (await Programs.RunAsync(Programs.Cli, ["compare", Shipped("imagenet-decomposition.json"), "--dry-run", "--json"])).Done();
        Assert.All(decomposition.GetProperty("methods").EnumerateArray(), m => Assert.Equal(86_566_120, m.GetProperty("stored").GetInt64()));
        // 5 phases of 100 epochs of 1,281,167 images in batches of 512.
        Assert.Equal(500 * (1_281_167 / 512), decomposition.GetProperty("methods")[0].GetProperty("steps").GetInt64());
    }

    [Theory]
    [InlineData("ligo", "\"settings\": { \"steps\": 40 }", 40, 32, 3)]
    [InlineData("weight-selection", "\"epochs\": [0]", 0, 32, 3)]
    [InlineData("sws", "\"settings\": { \"epochs\": 2 }", 2 * 7, 32, 16)]
    public void What_a_baseline_trains_is_counted_as_it_trains(string kind, string more, long steps, int width, int depth)
    {
        var experiment = ExperimentFile.Parse($$"""
            { "name": "b", "data": "d", "dataFacts": { "trainImages": 896, "imageSize": 28, "channels": 1, "classes": 10 }, "patch": 7, "seeds": [1], "sizes": ["32x3"],
              "epochs": [0], "ancestry": { "model": "a" }, "methods": [ { "kind": "{{kind}}", {{more}} } ] }
            """);
        var method = Assert.Single(ExperimentEstimate.Of(new(experiment, name => name), experiment.DataFacts!, experiment.DataFacts!).Methods);
        Assert.Equal((steps, 128.0 * steps * new ModelCost(width, depth, 7, 28, 1, 10).TrainingFlops), (method.Steps, method.Flops));
    }

    private static string Shipped(string name) => Path.Combine(Programs.Root, "deploy", "experiments", name);
}
