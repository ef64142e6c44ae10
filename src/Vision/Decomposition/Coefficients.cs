using MathNet.Numerics.LinearAlgebra;

namespace Learngene.Vision.Decomposition;

/// <summary>The fixed coefficients a(l,n) of METHODS 2.1: how much of component n is in layer l.</summary>
public static class Coefficients
{
    private const double Epsilon = 2.220446049250313e-16; // float64's: smaller singular values are rounding

    /// <summary>The coefficients (depth, components); row 0 is the first layer, column 0 the paper's A_1.</summary>
    /// <param name="shape">Basis, nodes and order of the first component.</param>
    /// <param name="depth">Layers L of the model that is recomposed.</param>
    /// <param name="components">How many components make it.</param>
    public static double[,] Table(DecompositionShape shape, int depth, int components)
    {
        var table = new double[depth, components];
        for (int l = 0; l < depth; l++)
        {
            double x = Node(shape.Nodes, l, depth);
            for (int n = 0; n < components; n++) table[l, n] = Value(shape.Basis, n + shape.OrderOffset, x);
        }
        return table;
    }

    /// <summary>Largest over smallest singular value of a table; infinite where its columns are dependent.</summary>
    public static double ConditionNumber(double[,] table)
    {
        var s = Matrix<double>.Build.DenseOfArray(table).Svd(computeVectors: false).S;
        return s[^1] > 0 ? s[0] / s[^1] : double.PositiveInfinity;
    }

    /// <summary>The pseudo-inverse (components, depth) of a table: what gives the least-squares components of a stack of layers.</summary>
    internal static double[,] PseudoInverse(double[,] table)
    {
        var svd = Matrix<double>.Build.DenseOfArray(table).Svd();
        double least = svd.S[0] * Math.Max(table.GetLength(0), table.GetLength(1)) * Epsilon;
        var inverted = svd.S.Map(s => s > least ? 1 / s : 0);
        int rank = svd.S.Count;
        return (svd.VT.SubMatrix(0, rank, 0, svd.VT.ColumnCount).Transpose() * Matrix<double>.Build.DiagonalOfDiagonalVector(inverted)
            * svd.U.SubMatrix(0, svd.U.RowCount, 0, rank).Transpose()).ToArray();
    }

    private static double Node(Nodes nodes, int l, int depth) =>
        nodes == Nodes.Paper ? (double)l / depth : Math.Cos(Math.PI * (2 * l + 1) / (2 * depth));

    private static double Value(Basis basis, int order, double x) => basis switch
    {
        Basis.Chebyshev => Recurrence(order, x, (_, x, p, q) => 2 * x * p - q),
        Basis.Legendre => Recurrence(order, x, (m, x, p, q) => ((2 * m - 1) * x * p - (m - 1) * q) / m),
        Basis.Taylor => Math.Pow(x, order),
        _ => order == 0 ? 1 : order % 2 == 1 ? Math.Cos((order + 1) / 2 * Math.PI * x) : Math.Sin(order / 2 * Math.PI * x),
    };

    // 1, x, and then each from the two before it.
    private static double Recurrence(int order, double x, Func<int, double, double, double, double> next)
    {
        double before = 1, value = order == 0 ? 1 : x;
        for (int m = 2; m <= order; m++) (before, value) = (value, next(m, x, value, before));
        return value;
    }
}
