using Learngene.Sdk.Experiments;

namespace Learngene.Sdk.Tests.Experiments;

public sealed class ExperimentFileTests
{
    private const string Small = """
        { "name": "small", "data": "d", "patch": 7, "ancestry": { "width": 32, "depth": 2 }, "seeds": [1, 2], "sizes": ["16x2", "32x3"],
          "methods": [ { "kind": "lets", "settings": { "learngeneWidth": 16, "learngeneDepth": 2, "width": 32, "depth": 4 } }, { "kind": "scratch", "epochs": [10] } ] }
        """;

    [Fact]
    public void A_small_experiment_is_read_with_its_defaults()
    {
        var experiment = ExperimentFile.Parse(Small);
        Assert.Equal([0, 1], experiment.Epochs);
        Assert.Equal(["accuracy"], experiment.Metrics);
        var plan = new ExperimentPlan(experiment, name => name);
        Assert.Equal((2 * 2 * 2) + (2 * 2), plan.Cells.Count);
        Assert.Equal(plan.Cells.Count, plan.Cells.Select(c => c.Hash).Distinct().Count());
        Assert.All(plan.Cells.Take(6), c => Assert.Equal(1ul, c.Seed));
    }

    [Theory]
    [InlineData("\"patch\": 7", "\"pach\": 7", "no key 'pach'", "'patch'")]
    [InlineData("\"kind\": \"scratch\"", "\"kind\": \"scrath\"", "'scrath'", "distillation")]
    [InlineData("\"epochs\": [10]", "\"epoch\": [10]", "methods[1]", "'epochs'")]
    [InlineData(", \"epochs\": [10]", "", "scratch", "own epochs")]
    [InlineData("[10]", "[0]", "scratch", "0 epochs")]
    [InlineData("\"32x3\"", "\"33x3\"", "33x3", "headDim")]
    [InlineData("\"32x3\"", "\"32\"", "'32'", "WIDTHxDEPTH")]
    [InlineData("\"seeds\": [1, 2]", "\"seeds\": []", "seeds", "at least one")]
    [InlineData("\"width\": 32, \"depth\": 2", "\"widht\": 32", "ancestry", "'width'")]
    [InlineData("\"seeds\": [1, 2]", "\"seeds\": [1, \"x\"]", "seeds[1]", "")]
    [InlineData("\"seeds\": [1, 2]", "\"reference\": \"none\"", "'none'", "lets, scratch")]
    [InlineData("\"seeds\": [1, 2]", "\"metrics\": [\"f1\"]", "'f1'", "accuracy and loss")]
    [InlineData("\"learngeneWidth\"", "\"learngenWidth\"", "methods[0].settings has no key 'learngenWidth' for a learn-lets job", "'learngeneWidth'")]
    [InlineData("\"seeds\": [1, 2]", "\"settings\": { \"imges\": 10 }", "settings has no key 'imges'", "'images'")]
    [InlineData("\"seeds\": [1, 2]", "\"tune\": { \"heads\": 2 }", "tune has no key 'heads' for a finetune job", "'head'")]
    [InlineData("\"width\": 32, \"depth\": 2", "\"width\": 32, \"depth\": 2, \"settings\": { \"epoch\": 3 }", "ancestry.settings", "'epochs'")]
    public void What_it_cannot_mean_is_refused_in_a_sentence(string what, string by, string field, string allowed)
    {
        Assert.Contains(what, Small);
        var refusal = Assert.Throws<ExperimentException>(() => ExperimentFile.Parse(Small.Replace(what, by)));
        Assert.Contains(field, refusal.Message);
        Assert.Contains(allowed, refusal.Message);
    }

    [Fact]
    public void A_cell_is_found_whatever_the_order_of_the_keys_and_the_names_of_methods()
    {
        var one = Hashes(Small);
        Assert.Equal(one, Hashes(Small.Replace("\"learngeneWidth\": 16, \"learngeneDepth\": 2", "\"learngeneDepth\": 2, \"learngeneWidth\": 16").Replace("\"kind\": \"lets\"", "\"name\": \"ours\", \"kind\": \"lets\"")));
        Assert.NotEqual(one, Hashes(Small.Replace("\"learngeneDepth\": 2", "\"learngeneDepth\": 4")));
        Assert.NotEqual(one, [.. new ExperimentPlan(ExperimentFile.Parse(Small), _ => "other data").Cells.Select(c => c.Hash)]);
    }

    [Fact]
    public void What_is_not_tuned_is_measured_on_the_same_images_in_the_same_format_as_what_is()
    {
        string json = Small.Replace("\"methods\"", "\"settings\": { \"testImages\": 100, \"precision\": \"bf16\", \"batch\": 32 }, \"tune\": { \"testImages\": 50 }, \"methods\"");
        var cells = new ExperimentPlan(ExperimentFile.Parse(json), name => name).Cells.Where(c => c.Kind == "lets").ToList();
        Assert.Equal([0, 1], cells.Select(c => c.Epochs).Distinct());
        Assert.All(cells, c => Assert.Equal((50, "bf16"), (c.Last.Settings["testImages"]!.GetValue<int>(), c.Last.Settings["precision"]!.GetValue<string>())));
        Assert.All(cells.Where(c => c.Epochs == 0), c => Assert.Equal(2, c.Last.Settings.Count));
    }

    [Fact]
    public void Every_experiment_that_ships_can_be_planned_and_estimated()
    {
        var files = Directory.GetFiles(Path.Combine(Programs.Root, "deploy", "experiments"), "*.json");
        Assert.True(files.Length >= 5);
        foreach (string file in files)
        {
            var experiment = ExperimentFile.Read(file);
            var estimate = ExperimentEstimate.Of(new(experiment, name => name), experiment.DataFacts!, experiment.TuneOnFacts ?? experiment.DataFacts!);
            Assert.True(estimate.Flops > 0 && estimate.Cells > 0, file);
        }
    }

    private static string[] Hashes(string json) => [.. new ExperimentPlan(ExperimentFile.Parse(json), name => name).Cells.Select(c => c.Hash)];
}
