using Learngene.Vision.Decomposition;
using Learngene.Vision.Tests.Lets;

namespace Learngene.Vision.Tests.Decomposition;

/// <summary>METHODS 2.1 from a file's tensors on, by loops over layers and components in float64; Chebyshev's polynomials as cosines.</summary>
internal static class RecompositionOracle
{
    public static Dictionary<string, Numbers> Descendant(IReadOnlyDictionary<string, Numbers> read, DecompositionShape shape, int depth, int components)
    {
        var model = read.Where(t => !t.Key.StartsWith("components.", StringComparison.Ordinal)).ToDictionary();
        foreach (string key in read.Keys.Where(k => k.StartsWith("components.0.", StringComparison.Ordinal)))
            for (int l = 1; l <= depth; l++)
            {
                string name = key["components.0.".Length..];
                var sum = new double[read[key].Values.Length];
                for (int n = 1; n <= components; n++)
                    for (int i = 0; i < sum.Length; i++)
                        sum[i] += Coefficient(shape, l, n, depth) * read[$"components.{n - 1}.{name}"].Values[i];
                model[$"blocks.{l - 1}.{name}"] = new(read[key].Shape, sum);
            }
        return model;
    }

    // T_m(x) = cos(m arccos x) on -1..1.
    private static double Coefficient(DecompositionShape shape, int l, int n, int depth)
    {
        double x = shape.Nodes == Nodes.Paper ? (l - 1.0) / depth : Math.Cos(Math.PI * (2 * l - 1) / (2.0 * depth));
        return Math.Cos((n - 1 + shape.OrderOffset) * Math.Acos(x));
    }
}
