using Learngene.Vision.Models;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Files;

/// <summary>The architecture of a timm or DeiT checkpoint without metadata, inferred from its shapes.</summary>
internal static class PlainCheckpoint
{
    public static VitShape Infer(SafetensorsFile file, int? heads, int? imageSize)
    {
        var patch = Shape(file, "patch_embed.proj.weight", 4);                          // (D, C, P, P)
        var positions = Shape(file, "pos_embed", 3);                                    // (1, tokens, D)
        var head = Shape(file, "head.weight", 2);                                       // (classes, D)
        if (patch[2] != patch[3])
            throw new InvalidInputException($"patch_embed.proj.weight has patches of {patch[2]} x {patch[3]}; only square ones are supported.");
        int width = patch[0], depth = 0;
        while (file.Tensors.ContainsKey($"blocks.{depth}.norm1.weight")) depth++;
        if (depth == 0) throw new InvalidInputException("the file has no tensor 'blocks.0.norm1.weight', so it is not a ViT with timm's names.");
        if (file.Tensors.ContainsKey("dist_token"))
            throw new InvalidInputException("the file has a 'dist_token': a distilled DeiT has two tokens and two heads, which is not supported; take the checkpoint without distillation.");
        bool token = file.Tensors.ContainsKey("cls_token");
        if (token && file.Tensors.ContainsKey("fc_norm.weight"))
            throw new InvalidInputException("the file has a 'cls_token' and an 'fc_norm': a class token with averaged features is not supported; a class token goes with 'norm', an average without one with 'fc_norm'.");
        int patches = positions[1] - (token ? 1 : 0), side = (int)Math.Round(Math.Sqrt(patches));
        if (side * side != patches || side == 0)
            throw new InvalidInputException($"pos_embed has {patches} patches, which is no square; only square images are supported.");
        if (heads is null && width % 64 != 0)
            throw new InvalidInputException($"width {width} is not a multiple of 64, so the number of heads cannot be inferred; give --heads.");
        return new VitShape
        {
            ImageSize = imageSize ?? side * patch[2], PatchSize = patch[2], Channels = patch[1], Classes = head[0], Width = width, Depth = depth,
            Heads = heads ?? width / 64,
            MlpRatio = Ratio(Shape(file, "blocks.0.mlp.fc1.weight", 2)[0], width),
            QkvBias = file.Tensors.ContainsKey("blocks.0.attn.qkv.bias"),
            ClassToken = token, Pool = token ? "token" : "avg",
        }.Validated();
    }

    // timm truncates width * ratio: the ratio must give the hidden width back.
    private static double Ratio(int hidden, int width)
    {
        double ratio = hidden / (double)width;
        return (int)(width * ratio) == hidden ? ratio : Math.BitIncrement(ratio);
    }

    private static int[] Shape(SafetensorsFile file, string name, int rank)
    {
        var shape = file[name].Shape;
        if (shape.Count != rank || shape.Any(n => n is < 1 or > int.MaxValue))
            throw new InvalidInputException($"{name} has shape ({string.Join(", ", shape)}); {rank} positive dimensions are needed.");
        return [.. shape.Select(n => (int)n)];
    }
}
