using Learngene.Vision.Baselines;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Tests.Models;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Baselines;

public sealed class LigoTests
{
    private static readonly Ligo Ligo = new();

    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task One_layer_for_each_and_no_new_channels_give_the_source(bool token) => Within.OneMinute(() =>
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 3, 4, token));
        using var learnt = Ligo.Create(sample.Config, sample.Get, sample.Shape, 1)!;
        Assert.DoesNotContain(learnt.Specs, s => s.Name.StartsWith("F."));
        foreach (string name in (string[])["depth.weight", "depth.bias"])
        {
            using var scope = NewDisposeScope();
            learnt.Set(name, eye(3).unsqueeze(1).expand(3, 8, 3).contiguous());
        }
        var (source, made) = (sample.Numbers, sample.Made(new() { Baseline = "ligo" }, learnt));
        foreach (var (name, value) in source) Assert.Equal(value.Values, made[name].Values);
        using var none = no_grad();
        using var outer = NewDisposeScope();
        var images = VitForwardTests.Images(2, 2, 6);
        VitForwardTests.AssertLogits(new Vit(sample.Shape).Forward(images, Ligo.Weights(sample.Config, sample.Get, sample.Shape, learnt)), source, images, sample.Shape);
    });

    [Theory(Timeout = 60_000), InlineData(false), InlineData(true)]
    public Task A_wider_and_deeper_model_is_mixed_then_grown(bool token) => Within.OneMinute(() =>
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 2, 4, token));
        var target = sample.Shape with { Width = 12, Heads = 3, Depth = 3 };
        using var learnt = Ligo.Create(sample.Config, sample.Get, target, 1)!;
        LetsSample.AddNoise(learnt, 5, 0.3);
        var s = sample.Numbers;
        var made = sample.Made(new() { Baseline = "ligo", Width = 12, Depth = 3 }, learnt);
        Numbers emb = BaselineSample.Of(learnt["F.emb"]), weights = BaselineSample.Of(learnt["depth.weight"]), biases = BaselineSample.Of(learnt["depth.bias"]);
        // New rows, or columns, are F's rows over the old ones.
        static double Grown(int i, int old, Func<int, double> value, Func<int, int, double> f) =>
            i < old ? value(i) : Enumerable.Range(0, old).Sum(k => f(i - old, k) * value(k));
        double Emb(int i, int k) => emb[i, k];
        for (int l = 0; l < 3; l++)
        {
            Func<int, int, double> F(string name, int old)
            {
                var all = BaselineSample.Of(learnt[name]);
                int extra = all.Shape[1];
                return (i, k) => all.Values[(l * extra + i) * old + k];
            }
            double Mixed(int module, string name, int row, int column) => Enumerable.Range(0, 2).Sum(i =>
                (name.EndsWith("weight") ? weights : biases).Values[(l * 8 + module) * 2 + i] * s[$"blocks.{i}.{name}"][row, column]);
            void Matrix(int module, string name, int firstRow, int rows, int columns, Func<int, int, double> fo, Func<int, int, double> fi, int madeFirst)
            {
                var actual = made[$"blocks.{l}.{name}"];
                for (int i = 0; i < rows * 3 / 2; i++)
                    for (int j = 0; j < columns * 3 / 2; j++)
                        Assert.Equal(Grown(i, rows, r => Grown(j, columns, c => Mixed(module, name, firstRow + r, c), fi), fo), actual[madeFirst + i, j], 1e-4);
            }
            void Vector(int module, string name, int first, int rows, Func<int, int, double> fo, int madeFirst)
            {
                for (int i = 0; i < rows * 3 / 2; i++)
                    Assert.Equal(Grown(i, rows, r => Mixed(module, name, first + r, 0), fo), made[$"blocks.{l}.{name}"][madeFirst + i], 1e-4);
            }
            string[] heads = ["F.q", "F.k", "F.v"];
            for (int part = 0; part < 3; part++)
            {
                Matrix(1 + part, "attn.qkv.weight", 8 * part, 8, 8, F(heads[part], 8), Emb, 12 * part);
                Vector(1 + part, "attn.qkv.bias", 8 * part, 8, F(heads[part], 8), 12 * part);
            }
            Matrix(4, "attn.proj.weight", 0, 8, 8, Emb, F("F.v", 8), 0);
            Matrix(6, "mlp.fc1.weight", 0, 32, 8, F("F.ffn", 32), Emb, 0);
            Vector(6, "mlp.fc1.bias", 0, 32, F("F.ffn", 32), 0);
            Matrix(7, "mlp.fc2.weight", 0, 8, 32, Emb, F("F.ffn", 32), 0);
            Vector(0, "norm1.weight", 0, 8, Emb, 0);
            Vector(5, "norm2.bias", 0, 8, Emb, 0);
        }
        string norm = token ? "norm" : "fc_norm";
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(Grown(i, 8, r => s[$"{norm}.weight"][r], Emb), made[$"{norm}.weight"][i], 1e-4);
            for (int c = 0; c < 3; c++) Assert.Equal(Grown(i, 8, r => s["head.weight"][c, r], Emb), made["head.weight"][c, i], 1e-4);
            for (int j = 0; j < 18; j++) Assert.Equal(Grown(i, 8, r => s["patch_embed.proj.weight"][r, j], Emb), made["patch_embed.proj.weight"][i, j], 1e-4);
            for (int t = 0; t < target.Tokens; t++) Assert.Equal(Grown(i, 8, r => s["pos_embed"][8 * t + r], Emb), made["pos_embed"][12 * t + i], 1e-4);
        }
    });

    [Fact]
    public void It_begins_as_a_stack_with_new_neurons_that_are_averages()
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 2, 4));
        using var learnt = Ligo.Create(sample.Config, sample.Get, sample.Shape with { Width = 12, Heads = 3, Depth = 3 }, 1)!;
        var (f, depth) = (BaselineSample.Of(learnt["F.ffn"]), BaselineSample.Of(learnt["depth.weight"]));
        Assert.All(f.Values, v => Assert.InRange(v, 0, 1));
        foreach (double[] row in f.Values.Chunk(32)) Assert.Equal(1, row.Sum(), 1e-5);
        for (int l = 0; l < 3; l++)
            foreach (double[] row in depth.Values.Skip(l * 16).Take(16).Chunk(2))
            {
                Assert.InRange(row[l % 2], 0.97, 1);
                Assert.Equal(1, row.Sum(), 1e-5);
            }
    }

    [Theory]
    [InlineData(4, 1, "width 4"), InlineData(12, 2, "heads 2")]
    public void A_narrower_model_and_other_heads_are_refused(int width, int heads, string says)
    {
        using var sample = new BaselineSample(LetsSample.Vit(8, 2, 4));
        Assert.Contains(says, Assert.Throws<InvalidInputException>(() => Ligo.Target(sample.Config, new() { Baseline = "ligo", Width = width, Heads = heads })).Message);
    }
}
