using Learngene.Vision.Data;
using Learngene.Vision.Federation;
using Learngene.Vision.Tests.Data;
using MathNet.Numerics.LinearAlgebra;
using static Learngene.Vision.Tests.Federation.FederationSample;

namespace Learngene.Vision.Tests.Federation;

public sealed class CohortTests
{
    // Points on a line: 0, 1, 5, 6, 20.
    private static readonly double[,] s_line = Distances([0, 1, 5, 6, 20]);

    [Theory]
    [InlineData(5, "0 1 2 3 4"), InlineData(4, "0 0 1 2 3"), InlineData(3, "0 0 1 1 2"), InlineData(2, "0 0 0 0 1"), InlineData(1, "0 0 0 0 0")]
    public void The_two_nearest_groups_are_joined_first(int cohorts, string expected)
    {
        foreach (var linkage in Enum.GetValues<Linkage>())
            Assert.Equal(expected, string.Join(' ', Clustering.Agglomerate(s_line, cohorts, linkage)));
    }

    [Fact]
    public void Ward_and_average_part_where_sizes_differ()
    {
        // Groups {0, 0.2, 0.4, 0.6} and {4} and {7.5}: the single ones are 3.5 apart; 4 is 3.7 from the four on average.
        var d = Distances([0, 0.2, 0.4, 0.6, 4, 7.5]);
        Assert.Equal("0 0 0 0 1 1", string.Join(' ', Clustering.Agglomerate(d, 2, Linkage.Average)));
        // 4 joins {0..0.9 x 4} at an average of 3.55, 7.6 at 3.6; Ward prefers to join two single ones.
        d = Distances([0, 0.3, 0.6, 0.9, 4, 7.6]);
        Assert.Equal("0 0 0 0 0 1", string.Join(' ', Clustering.Agglomerate(d, 2, Linkage.Average)));
        Assert.Equal("0 0 0 0 1 1", string.Join(' ', Clustering.Agglomerate(d, 2, Linkage.Ward)));
    }

    [Theory]
    [InlineData(2, 3.0, "0 0 0 0 1"), InlineData(5, 3.0, "0 0 1 1 2"), InlineData(5, 100.0, "0 0 0 0 0"), InlineData(5, 0.5, "0 1 2 3 4")]
    public void A_threshold_joins_what_is_nearer_even_where_there_are_few_enough(int cohorts, double threshold, string expected) =>
        Assert.Equal(expected, string.Join(' ', Clustering.Agglomerate(s_line, cohorts, Linkage.Average, threshold)));

    [Fact]
    public void A_signature_holds_the_left_singular_vectors_of_each_label()
    {
        var set = Samples.Set(60, Geometry);
        var signature = Signature.Of(set, new() { Vectors = 3, Projection = 0 }, 1);
        Assert.Equal((64, 4 * 3 * 64), (signature.Dimension, signature.Columns.Count));
        for (int label = 0; label < 4; label++)
        {
            int[] images = [.. Enumerable.Range(0, 60).Where(i => set.Label(i) == label)];
            var stacked = Matrix<double>.Build.Dense(64, images.Length, (p, c) => Samples.Read(set, images[c])[p] / 255.0);
            var u = stacked.Svd().U;
            for (int k = 0; k < 3; k++)
            {
                double dot = Enumerable.Range(0, 64).Sum(p => u[p, k] * signature.Columns[(3 * label + k) * 64 + p]);
                Assert.InRange(Math.Abs(dot), 0.999, 1.001);
            }
        }
    }

    [Fact]
    public void A_signature_travels_in_the_bytes_of_its_numbers_and_is_checked()
    {
        var signature = Signature.Of(Samples.Set(60, Geometry), new() { Vectors = 1, Projection = 8 }, 1);
        byte[] bytes = signature.ToBytes();
        Assert.Equal(8 + 4 * 8 * 2, bytes.Length);
        Assert.Equal(signature.Columns, Signature.Parse(bytes).Columns);
        Assert.Equal(0, Signature.Distance(signature, Signature.Parse(bytes)), 3.0);
        Assert.Contains("make 72", Assert.Throws<PayloadException>(() => Signature.Parse([.. bytes, 0])).Message);
        Assert.Throws<PayloadException>(() => Signature.Parse(bytes[..5]));
        byte[] many = [.. bytes], zero = [.. bytes];
        many[7] = 0x7F;
        zero.AsSpan(8, 16).Clear();
        Assert.Contains("columns", Assert.Throws<PayloadException>(() => Signature.Parse(many)).Message);
        Assert.Contains("length 0", Assert.Throws<PayloadException>(() => Signature.Parse(zero)).Message);
        Assert.Throws<PayloadException>(() => Signature.Distance(signature, Signature.Of(Samples.Set(60, Geometry), new() { Vectors = 1, Projection = 9 }, 1)));
    }

    [Fact]
    public void The_projection_is_common_to_all_and_keeps_who_is_near_whom()
    {
        using var data = DataSet.Open(Shipped.Path);
        ImageSet Of(params int[] labels) => new ClientImages(data.Train, [.. labels.SelectMany(l => Enumerable.Range(0, 4000).Where(i => data.Train.Label(i) == l).Take(60))], null);
        ImageSet[] clients = [Of(0, 1), Of(0, 2), Of(5, 7), Of(7, 9), Of(8)];
        Signature[] raw = [.. clients.Select(c => Signature.Of(c, new() { Vectors = 1, Projection = 0 }, 1))];
        Signature[] coarse = [.. clients.Select(c => Signature.Of(c, new() { Vectors = 1, Projection = 64 }, 1))];
        Assert.Equal(Clustering.Of(raw, new GeneFlSettings { Cohorts = 3 }.Resolved(false)), Clustering.Of(coarse, new GeneFlSettings { Cohorts = 3 }.Resolved(false)));
        var (near, far) = (Signature.Distance(coarse[0], coarse[1]), Signature.Distance(coarse[0], coarse[2]));
        Assert.True(near < far, $"{near} < {far}");
        Assert.Equal(8 + 2 * 2 * 64, coarse[0].ToBytes().Length);
        Assert.Equal(1, Clustering.Nearest(Signature.Of(Of(5), new() { Vectors = 1, Projection = 64 }, 1), coarse, [0, 0, 1, 1, 2]));
    }

    private static double[,] Distances(double[] points)
    {
        var d = new double[points.Length, points.Length];
        for (int i = 0; i < points.Length; i++)
            for (int j = 0; j < points.Length; j++) d[i, j] = Math.Abs(points[i] - points[j]);
        return d;
    }
}

/// <summary>The images that ship.</summary>
internal static class Shipped
{
    public static string Path
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!Directory.Exists(System.IO.Path.Combine(folder.FullName, "data", "fashion-mnist"))) folder = folder.Parent!;
            return System.IO.Path.Combine(folder.FullName, "data", "fashion-mnist");
        }
    }
}
