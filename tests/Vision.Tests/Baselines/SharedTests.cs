using Learngene.Vision.Baselines;
using Learngene.Vision.Decomposition;
using Learngene.Vision.Files;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;
using Learngene.Vision.Tests.Lets;
using Learngene.Vision.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Learngene.Vision.Tests.Baselines;

public sealed class SharedTests
{
    private static readonly VitShape Ancestry = LetsSample.Vit(8, 4, 4, token: true);

    [Fact(Timeout = 60_000)]
    public Task Layer_l_of_tleg_is_the_base_and_l_of_L_parts_of_the_slope() => Within.OneMinute(() =>
    {
        var (config, parameters) = Created(new() { Baseline = "tleg" });
        using var _ = parameters;
        LetsSample.AddNoise(parameters, 2, 0.3);
        Assert.Equal(("decomposition", false, "avg", 4), (config.Kind, config.Vit.ClassToken, config.Vit.Pool, config.Vit.Depth));
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (int depth in (int[])[4, 1, 7])
        {
            var made = BaselineSample.Read(Recomposition.Expand(config.Decomposition!, name => parameters[name], new(config.Vit.Width, depth, 2)), config.Vit with { Depth = depth });
            foreach (var (name, shape) in VitWeights.BlockShapes(config.Vit))
            {
                double[] both = BaselineSample.Of(parameters[$"components.*.{name}"]).Values;
                int n = both.Length / 2;
                for (int l = 0; l < depth; l++)
                    for (int i = 0; i < n; i++)
                        Assert.Equal(both[i] + (double)l / depth * both[n + i], made[$"blocks.{l}.{name}"][i], 1e-5);
            }
        }
    });

    [Fact]
    public void Tleg_begins_with_a_random_slope_whose_norms_are_zero()
    {
        var (_, parameters) = Created(new() { Baseline = "tleg", Width = 64, Heads = 4 });
        using var all = parameters;
        double[] norms = BaselineSample.Of(all["components.*.norm2.weight"]).Values, fc1 = BaselineSample.Of(all["components.*.mlp.fc1.weight"]).Values;
        Assert.All(norms[..64], v => Assert.Equal(1, v));
        Assert.All(norms[64..], v => Assert.Equal(0, v));
        Assert.All(BaselineSample.Of(all["fc_norm.weight"]).Values, v => Assert.Equal(1, v));
        foreach (double[] component in fc1.Chunk(fc1.Length / 2)) Assert.InRange(Math.Sqrt(component.Average(v => v * v)), 0.019, 0.021);
    }

    [Fact(Timeout = 60_000)]
    public Task The_auxiliary_model_of_sws_runs_its_five_layers_by_stages() => Within.OneMinute(() =>
    {
        var settings = new BaselineSettings { Baseline = "sws" }.Resolved(Ancestry);
        var (config, parameters) = Created(settings);
        using var _ = parameters;
        LetsSample.AddNoise(parameters, 2, 0.2);
        Assert.Equal(("vit", 5, 16), (config.Kind, config.Vit.Depth, settings.Depth));
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var images = VitForwardTests.Images(2, 2, 6);
        var logits = new Sws().Trainable(settings.Auxiliary(Ancestry), config, parameters, settings).Predictor()(images);
        var stages = BaselineSample.Read(VitWeights.From(config.Vit, name => parameters[name]), config.Vit);
        var expected = stages.Where(w => !w.Key.StartsWith("blocks.")).ToDictionary();
        int[] list = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4];
        for (int l = 0; l < 16; l++)
            foreach (var (name, value) in stages.Where(w => w.Key.StartsWith($"blocks.{list[l]}."))) expected[$"blocks.{l}.{name.Split('.', 3)[2]}"] = value;
        VitForwardTests.AssertLogits(logits, expected, images, config.Vit);
    });

    [Fact(Timeout = 60_000)]
    public Task Matrices_of_wave_are_sums_of_kronecker_products_at_every_depth() => Within.OneMinute(() =>
    {
        var (config, parameters) = Created(new() { Baseline = "wave", Block = 2, Templates = 3 });
        using var _ = parameters;
        LetsSample.AddNoise(parameters, 2, 0.3);
        var wave = new Wave();
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (int[] from in (int[][])[[0, 1, 2, 3], [0, 2], [0, 0, 1, 2, 2, 3]]) // floor(i 4 / L')
        {
            var target = config.Vit with { Depth = from.Length };
            using var scalers = wave.Create(config, name => parameters[name].detach(), target, 1)!;
            Assert.All(scalers.Specs, s => Assert.StartsWith("scalers.", s.Name));
            var made = BaselineSample.Read(wave.Weights(config, name => parameters[name], target, scalers), target);
            for (int l = 0; l < from.Length; l++)
            {
                foreach (var (name, shape) in VitWeights.BlockShapes(config.Vit))
                {
                    if (shape.Length == 1)
                    {
                        Assert.Equal(BaselineSample.Of(parameters[$"shared.{name}"]).Values, made[$"blocks.{l}.{name}"].Values);
                        continue;
                    }
                    var (t, s) = (BaselineSample.Of(parameters[$"templates.{name}"]), BaselineSample.Of(parameters[$"scalers.{name}"]));
                    int m = (int)shape[0], n = (int)shape[1], layer = from[l];
                    double Entry(int i, int j) => Enumerable.Range(0, 3).Sum(k =>
                        t.Values[(k * (m / 2) + i / 2) * (n / 2) + j / 2] * s.Values[((layer * 3 + k) * 2 + i % 2) * 2 + j % 2]);
                    BaselineSample.AssertEqual(Numbers.Matrix(m, n, Entry), made[$"blocks.{l}.{name}"], name);
                }
            }
        }
    });

    [Fact(Timeout = 60_000)]
    public Task A_file_of_wave_is_read_as_it_was_written() => Within.OneMinute(() =>
    {
        var (config, parameters) = Created(new() { Baseline = "wave", Block = 4 });
        using var _ = parameters;
        Assert.Equal(32, config.Wave!.Templates);
        using var folder = new TempFolder();
        using (var stream = File.Create(folder["wave"])) ModelFile.Write(stream, config, parameters);
        using var file = SafetensorsFile.Open(folder["wave"]);
        using var read = StoredModel.Read(file);
        Assert.Equal(("wave", config.Wave, config.Vit, parameters.Count), (read.Config.Kind, read.Config.Wave, read.Config.Vit, read.Config.Trainable));
        Assert.Equal(parameters.Values.bytes.ToArray(), read.Parameters.Values.bytes.ToArray());
        using var none = no_grad();
        using var scope = NewDisposeScope();
        Assert.Equal(4, read.Weights().Blocks.Count);
    });

    [Theory]
    [InlineData("sws", "depth", 4, "depth 4"), InlineData("wave", "block", 3, "block 3"), InlineData("tleg", "block", 2, "templates and block"), InlineData("front", "depth", 4, "baseline 'front'")]
    [InlineData("wave", "templates", 0, "templates 0"), InlineData("tleg", "width", 10, "heads")]
    public void What_cannot_be_is_refused_in_words(string baseline, string key, int value, string says)
    {
        var refusal = Assert.Throws<InvalidInputException>(() =>
        {
            var settings = Json.Parse<BaselineSettings>($$"""{"baseline":"{{baseline}}","{{key}}":{{value}}}""", "settings").Resolved(Ancestry);
            KnownBaselines.SharedBaseline(baseline).Config(settings.Auxiliary(Ancestry), settings);
        });
        Assert.Contains(says, refusal.Message);
    }

    [Fact]
    public void Every_baseline_is_known_by_its_name()
    {
        Assert.Equal(["sws", "tleg", "wave"], KnownBaselines.Shared);
        Assert.Equal(["copying", "front", "ligo", "stacking", "sws", "wave", "weight-selection"], KnownBaselines.Initialisations);
        Assert.Contains("steps 5", Assert.Throws<InvalidInputException>(() => new InitialiseSettings { Baseline = "front", Steps = 5 }.Validate()).Message);
        Assert.Throws<InvalidInputException>(() => Json.Parse<InitialiseSettings>("""{"step":5}""", "settings"));
    }

    private static (ModelConfig Config, ParameterSet Parameters) Created(BaselineSettings given)
    {
        var settings = given.Resolved(Ancestry);
        var baseline = KnownBaselines.SharedBaseline(settings.Baseline);
        var config = baseline.Config(settings.Auxiliary(Ancestry), settings);
        return (config, baseline.Create(config, settings.Seed));
    }
}
