using Learngene.Vision.Baselines;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;

namespace Learngene.Vision.Tests.Baselines;

public sealed class LayerTests
{
    [Theory]
    [InlineData(12, 5, "0,0,0,1,1,1,2,2,3,3,4,4"), InlineData(5, 5, "0,1,2,3,4"), InlineData(7, 5, "0,0,1,1,2,3,4"), InlineData(16, 5, "0,0,0,0,1,1,1,2,2,2,3,3,3,4,4,4")]
    [InlineData(4, 5, "0,1,3,4"), InlineData(3, 5, "0,2,4"), InlineData(2, 5, "0,4"), InlineData(1, 5, "0")]
    public void A_descendant_of_sws_repeats_its_stages(int depth, int stages, string layers) =>
        Assert.Equal(layers, string.Join(',', Sws.DescendantStages(depth, stages)));

    [Theory]
    [InlineData(16, "0,0,0,1,1,1,2,2,2,2,3,3,3,4,4,4"), InlineData(5, "0,1,2,3,4"), InlineData(6, "0,1,2,2,3,4"), InlineData(8, "0,0,1,2,2,3,3,4")]
    public void An_auxiliary_model_of_sws_shares_its_layers_in_stages(int depth, string stages) =>
        Assert.Equal(stages, string.Join(',', Sws.AuxiliaryStages(depth)));

    [Fact]
    public void Every_auxiliary_depth_of_sws_uses_every_stage()
    {
        for (int depth = 5; depth <= 256; depth++)
            Assert.Equal([0, 1, 2, 3, 4], Sws.AuxiliaryStages(depth).Distinct());
    }

    [Theory]
    [InlineData(7, 3, "0,1,2,0,1,2,0"), InlineData(2, 3, "0,1"), InlineData(3, 3, "0,1,2")]
    public void Stacking_repeats_all_layers_one_after_another(int depth, int source, string layers) =>
        Assert.Equal(layers, string.Join(',', Stacking.Rule(depth, source)));

    [Theory]
    [InlineData(6, 3, "0,0,1,1,2,2"), InlineData(2, 6, "0,3"), InlineData(4, 6, "0,1,3,4"), InlineData(5, 3, "0,0,1,1,2"), InlineData(3, 3, "0,1,2")]
    public void Copying_doubles_or_drops_neighbours(int depth, int source, string layers) =>
        Assert.Equal(layers, string.Join(',', Copying.Rule(depth, source)));

    [Theory(Timeout = 60_000)]
    [InlineData("sws", 7, false, "0,0,1,1,2,3,4"), InlineData("stacking", 7, true, "0,1,2,3,4,0,1"), InlineData("copying", 3, true, "0,1,3")]
    public Task The_layers_taken_are_the_sources_and_so_is_everything_else(string baseline, int depth, bool token, string layers) => Within.OneMinute(() =>
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 5, 4, token));
        var (source, made) = (sample.Numbers, sample.Made(new() { Baseline = baseline, Depth = depth }));
        int[] taken = [.. layers.Split(',').Select(int.Parse)];
        Assert.Equal(source.Keys.Where(k => !k.StartsWith("blocks.")).Order(), made.Keys.Where(k => !k.StartsWith("blocks.")).Order());
        foreach (var (name, value) in made)
        {
            string[] parts = name.Split('.', 3);
            string from = parts[0] == "blocks" ? $"blocks.{taken[int.Parse(parts[1])]}.{parts[2]}" : name;
            Assert.Equal(source[from].Values, value.Values);
        }
        Assert.Equal(depth, made.Keys.Count(k => k.EndsWith("norm1.weight")));
    });

    [Theory]
    [InlineData("stacking"), InlineData("copying"), InlineData("sws")]
    public void Another_width_is_refused(string baseline)
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 5, 4));
        Assert.Contains("width 12", Assert.Throws<InvalidInputException>(() => sample.Made(new() { Baseline = baseline, Width = 12 })).Message);
        Assert.Contains("heads 4", Assert.Throws<InvalidInputException>(() => sample.Made(new() { Baseline = baseline, Heads = 4 })).Message);
    }
}
