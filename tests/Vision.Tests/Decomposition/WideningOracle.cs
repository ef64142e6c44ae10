using Learngene.Vision.Decomposition;
using Learngene.Vision.Models;
using Learngene.Vision.Tests.Lets;

namespace Learngene.Vision.Tests.Decomposition;

/// <summary>
/// The components summed by <see cref="RecompositionOracle"/>, then widened by <see cref="LetsOracle"/>, which knows nothing of components:
/// it gets each layer as both layers of a pair of which only the first counts, with the one set of matrices as every layer's own.
/// </summary>
internal static class WideningOracle
{
    public static Dictionary<string, Numbers> Descendant(IReadOnlyDictionary<string, Numbers> read, DecompositionShape shape, ModelSize size)
    {
        var file = new Dictionary<string, Numbers>();
        foreach (var (key, value) in RecompositionOracle.Descendant(read, shape, size.Depth, size.Components!.Value))
        {
            string[] parts = key.Split('.', 3);
            if (parts[0] == "blocks")
                for (int side = 0; side < 2; side++) file[$"blocks.{2 * int.Parse(parts[1]) + side}.{parts[2]}"] = value;
            else if (key is "F.q" or "F.k" or "F.v" or "F.ffn")
                for (int layer = 0; layer < 2 * size.Depth; layer++) file[$"{key}.{layer}"] = value;
            else file[key] = value;
        }
        file["G.weight"] = file["G.bias"] = new([size.Depth, 8, 2], [.. Enumerable.Range(0, 16 * size.Depth).Select(i => 1.0 - i % 2)]);
        int extra = Math.Max(0, size.Width - shape.ComponentWidth!.Value), headDim = shape.Vit.HeadDim;
        int[][] PerPair(int n) => [.. Enumerable.Range(0, size.Depth).Select(_ => Enumerable.Range(0, n).ToArray())];
        return LetsOracle.Descendant(
            file, new OracleSizes(shape.ComponentWidth.Value, 2 * size.Depth, shape.Vit.Width, 2 * size.Depth, headDim),
            new OracleChoice(size.Width, [.. Enumerable.Range(0, size.Depth)], [.. Enumerable.Range(0, extra)], PerPair(extra / headDim), PerPair(OracleSizes.Ratio * extra)));
    }
}
