using Learngene.Vision.Federation;
using Learngene.Vision.Models;

namespace Learngene.Vision.Tests.Federation;

public sealed class LayoutTests
{
    [Fact]
    public void Layers_are_weights_with_their_biases_in_order_without_gaps()
    {
        var layout = FederationSample.Layout;
        Assert.Equal(
            ["patch_embed", "pos_embed", "blocks.0.norm1", "blocks.0.attn.qkv", "blocks.0.attn.proj", "blocks.0.norm2", "blocks.0.mlp.fc1", "blocks.0.mlp.fc2",
             "blocks.1.norm1", "blocks.1.attn.qkv", "blocks.1.attn.proj", "blocks.1.norm2", "blocks.1.mlp.fc1", "blocks.1.mlp.fc2", "fc_norm", "head"],
            layout.Layers.Select(l => l.Name));
        Assert.Equal(FederationSample.Shape.Parameters, layout.Count);
        int end = 0;
        foreach (var layer in layout.Layers)
        {
            Assert.Equal((end, layer.Tensors.Sum(t => t.Count)), (layer.Offset, layer.Count));
            end += layer.Count;
        }
        Assert.Equal((36, 36 * 12 + 36), (layout.Layers[3].Rows, layout.Layers[3].Count));
        Assert.Equal(4, layout.Layers[1].Rows); // one a token
    }

    [Fact]
    public void Scaffold_exchanges_everything_twice()
    {
        var layout = FederatedLayout.Of(FederationSample.Shape, FederatedMethod.Scaffold);
        Assert.Equal((2 * layout.ModelLayers, 2 * layout.ModelCount), (layout.Layers.Count, layout.Count));
        Assert.Equal("control/blocks.0.attn.qkv", layout.Layers[layout.ModelLayers + 3].Name);
    }

    [Fact]
    public void The_fingerprint_tells_architectures_apart()
    {
        VitShape[] shapes = [FederationSample.Shape, FederationSample.Shape with { Depth = 3 }, FederationSample.Shape with { Classes = 5 }, FederationSample.Shape with { ClassToken = true, Pool = "token" }];
        var prints = shapes.Select(s => FederatedLayout.Of(s, FederatedMethod.FedAvg).Fingerprint).Append(FederatedLayout.Of(shapes[0], FederatedMethod.Scaffold).Fingerprint);
        Assert.Equal(5, prints.Distinct().Count());
        Assert.Equal(FederatedLayout.Of(shapes[0], FederatedMethod.FedAvg).Fingerprint, FederatedLayout.Of(shapes[0], FederatedMethod.GeneFl).Fingerprint);
    }

    [Fact]
    public void The_common_seed_is_the_same_everywhere_and_has_the_deviation_asked_for()
    {
        var task = FederationSample.TaskOf();
        var values = task.CommonSeed.Span;
        Assert.Equal(FederationSample.TaskOf("gene-fl").CommonSeed.ToArray(), values.ToArray());
        var qkv = task.Layout.Layers[3];
        double deviation = 1 / Math.Sqrt(12), spread = 0;
        foreach (float v in values.Slice(qkv.Offset, 36 * 12))
        {
            Assert.InRange(v, -deviation * Math.Sqrt(3), deviation * Math.Sqrt(3));
            spread += v * v / (36 * 12);
        }
        Assert.InRange(Math.Sqrt(spread), 0.9 * deviation, 1.1 * deviation);
        Assert.True(values.Slice(qkv.Offset + 36 * 12, 36).IndexOfAnyExcept(0f) < 0);
        Assert.True(values.Slice(task.Layout.Layers[2].Offset, 12).IndexOfAnyExcept(1f) < 0);
        // Bits that another machine must get too.
        Assert.Equal("3d349cac bdc69f32 3e22732f", string.Join(' ', values[..3].ToArray().Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8"))));
    }
}
