using Learngene.Vision.Files;
using Learngene.Vision.Safetensors;
using Learngene.Vision.Tests.Data;

namespace Learngene.Vision.Tests.Models;

/// <summary>What is inferred from a timm or DeiT checkpoint without metadata, and what is refused with its reason.</summary>
public sealed class PlainCheckpointTests
{
    [Theory]
    [InlineData(17, true, "token", 4), InlineData(16, false, "avg", 4), InlineData(10, true, "token", 3)]
    public void A_checkpoint_says_by_its_shapes_what_it_is(int positions, bool token, string pool, int side)
    {
        var vit = Read(positions, token ? ["cls_token"] : []).Vit;
        Assert.Equal((128, 2, 7 * side, 7, 1, 10, 2), (vit.Width, vit.Depth, vit.ImageSize, vit.PatchSize, vit.Channels, vit.Classes, vit.Heads));
        Assert.Equal((token, pool, true, 4.0), (vit.ClassToken, vit.Pool, vit.QkvBias, vit.MlpRatio));
    }

    [Theory]
    [InlineData(18, new[] { "cls_token", "dist_token", "head_dist.weight" }, "a distilled DeiT")]
    [InlineData(17, new[] { "cls_token", "fc_norm.weight" }, "a class token with averaged features")]
    [InlineData(12, new string[0], "pos_embed has 12 patches, which is no square")]
    public void What_is_not_supported_is_named(int positions, string[] more, string reason) =>
        Assert.Contains(reason, Assert.Throws<InvalidInputException>(() => Read(positions, more)).Message);

    private static ModelConfig Read(int positions, string[] more)
    {
        using var folder = new TempFolder();
        List<TensorPlan> plan =
        [
            new("patch_embed.proj.weight", [128, 1, 7, 7], TensorType.F32), new("pos_embed", [1, positions, 128], TensorType.F32), new("head.weight", [10, 128], TensorType.F32),
            new("blocks.0.norm1.weight", [128], TensorType.F32), new("blocks.1.norm1.weight", [128], TensorType.F32), new("blocks.0.mlp.fc1.weight", [512, 128], TensorType.F32),
            new("blocks.0.attn.qkv.bias", [384], TensorType.F32), .. more.Select(name => new TensorPlan(name, [1, 1, 128], TensorType.F32)),
        ];
        using (var stream = File.Create(folder["plain.safetensors"]))
        {
            using var writer = new SafetensorsWriter(stream, new Dictionary<string, string>(), plan);
            foreach (var tensor in plan) writer.Write(new float[tensor.Shape.Aggregate(1L, (a, b) => a * b)]);
            writer.Complete();
        }
        using var file = SafetensorsFile.Open(folder["plain.safetensors"]);
        return ModelConfig.Read(file);
    }
}
