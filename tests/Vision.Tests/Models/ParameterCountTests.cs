using Learngene.Vision.Lets;
using Learngene.Vision.Models;

namespace Learngene.Vision.Tests.Models;

/// <summary>The numbers of METHODS 0 and 1.1.</summary>
public sealed class ParameterCountTests
{
    [Theory]
    [InlineData(384, 11.4, 15.0, 18.5, 22.0, 25.6, 29.1), InlineData(512, 19.9, 26.2, 32.5, 38.8, 45.1, 51.4)]
    [InlineData(576, 25.1, 33.0, 41.0, 49.0, 57.0, 65.0), InlineData(640, 30.8, 40.6, 50.5, 60.3, 70.2, 80.0)]
    [InlineData(768, 44.0, 58.2, 72.4, 86.6, 100.7, 114.9)]
    public void The_table_of_sizes_in_millions(int width, params double[] millions)
    {
        for (int i = 0; i < millions.Length; i++)
        {
            var shape = ImageNet(width, 6 + 2 * i);
            Assert.Equal(millions[i], Math.Round(shape.Parameters / 1e6, 1), 0.051);
            Assert.Equal(shape.Parameters, VitWeights.Specs(shape).Sum(s => s.Elements));
        }
    }

    [Fact]
    public void Stage_one_trains_37735784_numbers_in_the_papers_configuration() =>
        Assert.Equal(37_735_784, new LetsShape { Learngene = ImageNet(384, 8), Auxiliary = ImageNet(768, 16) }.Validated().Trainable);

    [Fact]
    public void The_depth_mixing_has_256_numbers_in_the_papers_configuration() =>
        Assert.Equal(256, LetsParameters.Specs(new() { Learngene = ImageNet(384, 8), Auxiliary = ImageNet(768, 16) })
            .Where(s => s.Name.StartsWith("G.", StringComparison.Ordinal)).Sum(s => s.Elements));

    [Theory, InlineData(true, true), InlineData(true, false), InlineData(false, true), InlineData(false, false)]
    public void The_formula_counts_what_the_tensors_have(bool token, bool qkvBias)
    {
        var shape = ImageNet(192, 3) with { ClassToken = token, Pool = token ? "token" : "avg", QkvBias = qkvBias };
        Assert.Equal(shape.Parameters, VitWeights.Specs(shape).Sum(s => s.Elements));
    }

    // DeiT-Ti, DeiT-S and DeiT-B as published: 5,717,416, 22,050,664 and 86,567,656 parameters.
    [Theory, InlineData(192, 5_717_416), InlineData(384, 22_050_664), InlineData(768, 86_567_656)]
    public void DeiT_has_its_published_number_of_parameters(int width, long parameters) =>
        Assert.Equal(parameters, (ImageNet(width, 12) with { ClassToken = true, Pool = "token" }).Validated().Parameters);

    private static VitShape ImageNet(int width, int depth) => new()
    {
        ImageSize = 224, PatchSize = 16, Channels = 3, Classes = 1000, Width = width, Depth = depth, Heads = width / 64,
    };
}
