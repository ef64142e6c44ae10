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

    // DeiT-B from 12 components of DeiT-S' width: outside the blocks, components, and 21 matrices of 384 x 384.
    [Fact]
    public void Components_that_are_widened_are_counted_by_hand()
    {
        Assert.Equal(
            (384 * 3 * 256 + 384) + 196 * 768 + 2 * 384 + (1000 * 384 + 1000) + 12 * (12 * 384 * 384 + 13 * 384) + 21 * 384 * 384,
            new ModelCost(384, 12, 16, 224, 3, 1000).ComponentParameters(12, 768));
        var deit = new ModelCost(768, 12, 16, 224, 3, 1000);
        Assert.Equal(deit.Parameters, deit.ComponentParameters(12, 768));
    }

    [Fact]
    public void One_stage_of_components_that_are_widened_serves_every_width()
    {
        const string Json = """
            { "name": "w", "data": "d", "dataFacts": { "trainImages": 896, "imageSize": 28, "channels": 1, "classes": 10 }, "patch": 7, "seeds": [1], "sizes": ["16x2", "32x3", "48x2"],
              "epochs": [0], "components": [1, 3], "ancestry": { "model": "a" }, "methods": [
                { "name": "widths", "kind": "decomposition", "settings": { "width": 48, "depth": 3, "componentWidth": 32, "minWidth": 16, "components": [3], "epochs": 2 } },
                { "name": "apart", "kind": "decomposition", "settings": { "depth": 3, "components": [3], "epochs": 2 } } ] }
            """;
        var experiment = ExperimentFile.Parse(Json);
        var plan = new ExperimentPlan(experiment, name => name);
        var cells = plan.Cells.Where(c => c.Method == "widths").ToList();
        var stage = Assert.Single(cells.Select(c => c.Learn!).DistinctBy(s => s.Id));
        Assert.Equal((48, 3), (stage.Settings["width"]!.GetValue<int>(), stage.Settings["heads"]!.GetValue<int>()));
        Assert.Equal(6, cells.Select(c => c.Last.Source!.Settings.ToJsonString()).Distinct().Count());
        Assert.Equal(3, plan.Cells.Where(c => c.Method == "apart").Select(c => c.Learn!.Id).Distinct().Count());

        var methods = ExperimentEstimate.Of(plan, experiment.DataFacts!, experiment.DataFacts!).Methods;
        Assert.Equal([2 * 7, 3 * 2 * 7], methods.Select(m => m.Steps));
        Assert.Equal([new ModelCost(32, 3, 7, 28, 1, 10).ComponentParameters(3, 48), new ModelCost(48, 3, 7, 28, 1, 10).Parameters], methods.Select(m => m.Stored));
        double mean = (from w in (int[])[16, 32, 48] from d in (int[])[2, 3] select (double)new ModelCost(w, d, 7, 28, 1, 10).TrainingFlops).Average();
        Assert.Equal(1, methods[0].Flops / (2 * 896 * mean), 1e-6);

        foreach (string slip in (string[])["\"width\": 32", "\"minDepth\": 2"])
            Assert.Contains("'widths' has componentWidth", Assert.Throws<ExperimentException>(() => ExperimentFile.Parse(Json.Replace("\"width\": 48", slip))).Message);
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
