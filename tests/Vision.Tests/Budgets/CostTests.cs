using Learngene.Vision.Budgets;
using Learngene.Vision.Data;
using Learngene.Vision.Files;
using Learngene.Vision.Lets;
using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Lets;

namespace Learngene.Vision.Tests.Budgets;

/// <summary>What a size costs: counted another way, published, or written and measured.</summary>
public sealed class CostTests
{
    // DeiT-Ti, DeiT-S and DeiT-B as usually told: 1.26, 4.61 and 17.58 billion multiply-adds, which count 5 for every value that a norm sees.
    [Theory, InlineData(192, 1.26), InlineData(384, 4.61), InlineData(768, 17.58)]
    public void DeiT_has_its_published_number_of_multiply_adds(int width, double billions)
    {
        var shape = DeiT(width) with { ClassToken = true, Pool = "token" };
        long norms = 5L * (2 * shape.Depth + 1) * shape.Tokens * shape.Width;
        Assert.Equal(billions, (shape.Flops / 2 + norms) / 1e9, 0.005);
    }

    // METHODS 0, in millions.
    [Theory, InlineData(384, 12, 22.0), InlineData(768, 16, 114.9), InlineData(576, 10, 41.0)]
    public void Parameters_are_those_of_the_published_table(int width, int depth, double millions) =>
        Assert.Equal(millions, new SizeOption(width, depth, null, DeiT(width) with { Depth = depth }).Parameters / 1e6, 0.051);

    [Theory, InlineData(8, 1, 4, 2.0, false), InlineData(24, 3, 8, 4.0, true), InlineData(20, 2, 4, 3.3, false)]
    public void Operations_are_those_of_every_product_of_the_forward_pass(int width, int depth, int headDim, double ratio, bool token)
    {
        var shape = LetsSample.Vit(width, depth, headDim, token) with { MlpRatio = ratio };
        long patches = 0, operations = 0;
        for (int y = 0; y < shape.ImageSize; y += shape.PatchSize)
            for (int x = 0; x < shape.ImageSize; x += shape.PatchSize)
                patches++;
        void Product(long rows, long inner, long columns) => operations += 2 * rows * inner * columns;
        long tokens = patches + (token ? 1 : 0), hidden = (long)Math.Floor(width * ratio);
        Product(patches, shape.Channels * shape.PatchSize * shape.PatchSize, width);
        for (int l = 0; l < depth; l++)
        {
            foreach (var _ in "qkv") Product(tokens, width, width);
            for (int head = 0; head < width / headDim; head++)
            {
                Product(tokens, headDim, tokens); // q k^T
                Product(tokens, tokens, headDim); // softmax(...) v
            }
            Product(tokens, width, width);
            Product(tokens, width, hidden);
            Product(tokens, hidden, width);
        }
        Product(1, width, shape.Classes);
        Assert.Equal(operations, shape.Flops);
    }

    [Fact]
    public void Operations_too_many_for_a_long_are_the_most_there_are() =>
        Assert.Equal(long.MaxValue, (DeiT(768) with { ImageSize = 4096, PatchSize = 1, Depth = 256 }).Validated().Flops);

    [Theory]
    [InlineData(TensorType.F32, false), InlineData(TensorType.F16, false), InlineData(TensorType.BF16, true)]
    public void Bytes_are_those_of_the_file_that_is_written(TensorType type, bool full)
    {
        var shape = LetsSample.Vit(16, 11, 4);
        var config = new ModelConfig { Kind = "vit", Vit = shape };
        if (full) config = config with { Lineage = "{\"of\":\"a\\\"é\"}", Preprocess = new Preprocess([0.1, 0.2], [1, 1.0 / 3]) };
        using var parameters = VitInit.Create(shape, 1);
        using var stream = new MemoryStream();
        ModelFile.WriteVit(stream, config, VitWeights.From(shape, name => parameters[name]), type);
        Assert.Equal(stream.Length, new SizeOption(16, 11, null, shape) { Config = () => config }.Bytes(type));
    }

    [Fact]
    public void A_file_fits_up_to_its_last_byte()
    {
        foreach (var shape in (VitShape[])[LetsSample.Vit(4, 1, 4), LetsSample.Vit(40, 30, 4), DeiT(768)])
        {
            var size = new SizeOption(shape.Width, shape.Depth, null, shape);
            long bytes = size.Bytes(TensorType.F16);
            Assert.True(new Budget { MaxBytes = bytes, Type = TensorType.F16 }.Allows(size));
            Assert.False(new Budget { MaxBytes = bytes - 1, Type = TensorType.F16 }.Allows(size));
            Assert.True(new Budget { MaxBytes = bytes + 1_000_000, Type = TensorType.F16 }.Allows(size));
        }
    }

    [Fact]
    public void A_learngene_offers_every_width_by_whole_heads_and_every_depth_of_its_auxiliary_model()
    {
        var sizes = SizeOptions.Of(new LetsShape { Learngene = LetsSample.Vit(8, 2, 4), Auxiliary = LetsSample.Vit(20, 4, 4) });
        Assert.Equal([4, 8, 12, 16, 20], sizes.Select(s => s.Width).Distinct());
        Assert.Equal(20, sizes.Select(s => (s.Width, s.Depth)).Distinct().Count());
        Assert.All(sizes, s => Assert.Equal((s.Width, s.Depth, s.Width / 4, s.Shape.Parameters), (s.Shape.Width, s.Shape.Depth, s.Shape.Heads, s.Parameters)));
        Assert.All(sizes, s => Assert.InRange(s.Depth, 1, 4));
    }

    private static VitShape DeiT(int width) => new()
    {
        ImageSize = 224, PatchSize = 16, Channels = 3, Classes = 1000, Width = width, Depth = 12, Heads = width / 64,
    };
}
