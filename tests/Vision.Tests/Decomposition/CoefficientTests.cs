using Learngene.Vision.Decomposition;

namespace Learngene.Vision.Tests.Decomposition;

public sealed class CoefficientTests
{
    [Theory]
    [InlineData(12, 2, 3, -0.247685), InlineData(12, 4, 3, -0.6875), InlineData(12, 12, 1, 0.916667), InlineData(12, 12, 12, 0.219464), InlineData(6, 4, 3, -1)]
    public void The_papers_coefficients_are_those_worked_out_by_hand(int depth, int layer, int component, double expected) =>
        Assert.Equal(expected, Table(Basis.Chebyshev, Nodes.Paper, 1, depth, 12)[layer - 1, component - 1], 5e-7);

    // x of layer 4 of 8 is 3/8; the values are the textbook's polynomials, written out.
    [Theory]
    [InlineData(Basis.Chebyshev, new[] { 1, 0.375, 2 * 0.140625 - 1, 4 * 0.052734375 - 1.125 })]
    [InlineData(Basis.Taylor, new[] { 1, 0.375, 0.140625, 0.052734375 })]
    [InlineData(Basis.Legendre, new[] { 1, 0.375, (3 * 0.140625 - 1) / 2, ((5 * 0.052734375) - 1.125) / 2 })]
    [InlineData(Basis.Fourier, new[] { 1, 0.38268343236508977, 0.9238795325112867, -0.7071067811865475 })]
    public void Each_basis_is_the_textbooks(Basis basis, double[] expected)
    {
        var zero = Table(basis, Nodes.Paper, 0, 8, 4);
        var one = Table(basis, Nodes.Paper, 1, 8, 3);
        for (int n = 0; n < 4; n++) Assert.Equal(expected[n], zero[3, n], 1e-12);
        for (int n = 0; n < 3; n++) Assert.Equal(expected[n + 1], one[3, n], 1e-12);
    }

    [Fact]
    public void The_first_layer_of_the_paper_lies_at_zero_and_nothing_to_the_power_of_nothing_is_one()
    {
        Assert.Equal(1, Table(Basis.Taylor, Nodes.Paper, 0, 5, 2)[0, 0]);
        Assert.Equal(0, Table(Basis.Taylor, Nodes.Paper, 0, 5, 2)[0, 1]);
        Assert.Equal(0, Table(Basis.Chebyshev, Nodes.Paper, 1, 5, 1)[0, 0]);
    }

    [Fact]
    public void At_Chebyshevs_nodes_the_table_is_the_cosine_transforms()
    {
        var table = Table(Basis.Chebyshev, Nodes.Chebyshev, 0, 7, 7);
        for (int l = 1; l <= 7; l++)
            for (int n = 1; n <= 7; n++)
                Assert.Equal(Math.Cos(Math.PI * (n - 1) * (2 * l - 1) / 14), table[l - 1, n - 1], 1e-12);
    }

    [Fact]
    public void Chebyshevs_nodes_keep_the_components_apart_and_the_papers_do_not()
    {
        for (int n = 2; n <= 24; n++)
            Assert.Equal(Math.Sqrt(2), Coefficients.ConditionNumber(Table(Basis.Chebyshev, Nodes.Chebyshev, 0, n, n)), 1e-9);
        Assert.Equal(5.2e7, Coefficients.ConditionNumber(Table(Basis.Chebyshev, Nodes.Paper, 1, 12, 12)), 0.05e7);
        Assert.Equal(1.6e9, Coefficients.ConditionNumber(Table(Basis.Chebyshev, Nodes.Paper, 0, 12, 12)), 0.05e9);
    }

    private static double[,] Table(Basis basis, Nodes nodes, int orderOffset, int depth, int components) =>
        Coefficients.Table(DecompositionSample.Of(4, depth, 256) with { Basis = basis, Nodes = nodes, OrderOffset = orderOffset }, depth, components);
}
