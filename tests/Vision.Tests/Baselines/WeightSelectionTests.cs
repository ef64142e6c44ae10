using Learngene.Vision.Baselines;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;

namespace Learngene.Vision.Tests.Baselines;

public sealed class WeightSelectionTests
{
    [Theory]
    [InlineData(12, 4, "0,3,6,9"), InlineData(12, 8, "0,2,3,5,6,8,9,11"), InlineData(5, 1, "0"), InlineData(6, 6, "0,1,2,3,4,5"), InlineData(7, 3, "0,3,6")]
    public void The_elements_are_evenly_spaced(int from, int to, string indices) =>
        Assert.Equal(indices, string.Join(',', WeightSelection.Indices(from, to)));

    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task The_first_layers_give_the_same_channels_of_every_tensor(bool token) => Within.OneMinute(() =>
    {
        using var sample = new BaselineSample(LetsSample.Vit(12, 3, 4, token));
        var (source, made) = (sample.Numbers, sample.Made(new() { Baseline = "weight-selection", Width = 8, Depth = 2 }));
        int[] c = [0, 2, 3, 5, 6, 8, 9, 11], h = [.. Enumerable.Range(0, 32).Select(i => (int)Math.Round(i * 47 / 31.0))];
        int[] qkv = [.. c, .. c.Select(i => 12 + i), .. c.Select(i => 24 + i)];
        Assert.Equal(2, made.Keys.Count(k => k.EndsWith("norm1.weight")));
        for (int l = 0; l < 2; l++)
        {
            void Matrix(string name, int[] rows, int[] columns) => BaselineSample.AssertEqual(
                Numbers.Matrix(rows.Length, columns.Length, (i, j) => source[$"blocks.{l}.{name}"][rows[i], columns[j]]), made[$"blocks.{l}.{name}"], name, 0);
            void Vector(string name, int[] rows) => BaselineSample.AssertEqual(
                Numbers.Vector(rows.Length, i => source[$"blocks.{l}.{name}"][rows[i]]), made[$"blocks.{l}.{name}"], name, 0);
            Matrix("attn.qkv.weight", qkv, c);
            Vector("attn.qkv.bias", qkv);
            Matrix("attn.proj.weight", c, c);
            Matrix("mlp.fc1.weight", h, c);
            Vector("mlp.fc1.bias", h);
            Matrix("mlp.fc2.weight", c, h);
            Vector("mlp.fc2.bias", c);
            Vector("norm2.weight", c);
        }
        BaselineSample.AssertEqual(Numbers.Matrix(3, 8, (i, j) => source["head.weight"][i, c[j]]), made["head.weight"], "head", 0);
        Assert.Equal(source["head.bias"].Values, made["head.bias"].Values);
        for (int t = 0; t < made["pos_embed"].Shape[1]; t++)
            for (int j = 0; j < 8; j++) Assert.Equal(source["pos_embed"][12 * t + c[j]], made["pos_embed"][8 * t + j]);
        for (int i = 0; i < 8; i++)
            for (int j = 0; j < 18; j++) Assert.Equal(source["patch_embed.proj.weight"][c[i], j], made["patch_embed.proj.weight"][i, j]);
    });

    [Fact]
    public void A_larger_model_is_refused()
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 2, 4));
        Assert.Contains("width 12", Assert.Throws<InvalidInputException>(() => sample.Made(new() { Baseline = "weight-selection", Width = 12 })).Message);
        Assert.Contains("depth 3", Assert.Throws<InvalidInputException>(() => sample.Made(new() { Baseline = "weight-selection", Depth = 3 })).Message);
    }
}
