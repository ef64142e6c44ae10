using Learngene.Vision.Models;

namespace Learngene.Edge.Probe;

/// <summary>A size to time.</summary>
/// <param name="Shape">The architecture.</param>
/// <param name="HeldOut">Whether it checks the fit instead of taking part in it.</param>
internal sealed record ProbeSize(VitShape Shape, bool HeldOut);

/// <summary>What is timed: from 32 x 2 on 16 tokens to DeiT-S and a slice of DeiT-B, on small images and on photographs.</summary>
internal static class ProbeSizes
{
    private static readonly (int Width, int Depth, int Image, int Patch, bool HeldOut)[] s_sizes =
    [
        (32, 2, 28, 7, false), (64, 2, 28, 7, true), (32, 8, 28, 7, false), (96, 4, 28, 7, false), (128, 6, 28, 7, true), (96, 12, 28, 7, false),
        (192, 2, 28, 7, false), (192, 6, 28, 7, false), (256, 4, 28, 7, true), (384, 3, 28, 7, false), (384, 12, 28, 7, false), (512, 2, 28, 7, false),
        (32, 4, 28, 4, false), (64, 6, 32, 4, true), (64, 3, 32, 4, false), (128, 3, 32, 4, false), (128, 12, 32, 4, false), (192, 4, 32, 4, true),
        (192, 9, 32, 4, false), (256, 6, 32, 4, false), (320, 8, 32, 4, true), (384, 4, 32, 4, false),
        (64, 2, 224, 16, false), (64, 12, 224, 16, false), (96, 6, 224, 16, true), (128, 4, 224, 16, false), (192, 2, 224, 16, false),
        (192, 12, 224, 16, true), (256, 6, 224, 16, false), (384, 3, 224, 16, false), (320, 6, 224, 16, true), (384, 12, 224, 16, false),
        (768, 1, 28, 7, false), (768, 2, 224, 16, false), (576, 3, 224, 16, true), (384, 8, 224, 16, true),
    ];

    /// <summary>From the cheapest on.</summary>
    public static IReadOnlyList<ProbeSize> All { get; } = [.. s_sizes.Select(s => new ProbeSize(new VitShape
    {
        ImageSize = s.Image, PatchSize = s.Patch, Channels = s.Image == 28 ? 1 : 3, Classes = s.Image == 224 ? 1000 : 10,
        Width = s.Width, Depth = s.Depth, Heads = VitShape.DefaultHeads(s.Width),
    }.Validated(), s.HeldOut)).OrderBy(s => s.Shape.Flops)];
}
