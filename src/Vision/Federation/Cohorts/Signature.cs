using System.Buffers.Binary;
using Learngene.Vision.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Learngene.Vision.Federation;

/// <summary>
/// Principal directions of a client's images, per label, as unit columns (METHODS 3.3). It reveals those directions and how many labels the client
/// has; a random projection coarsens them.
/// </summary>
public sealed class Signature
{
    private const int Head = 8, MostColumns = 65_536, MostDimensions = 1 << 24;

    private Signature(int dimension, float[] columns) => (Dimension, Columns) = (dimension, columns);

    /// <summary>Numbers in a column.</summary>
    public int Dimension { get; }
    /// <summary>The unit columns, one after the other (columns x Dimension).</summary>
    public IReadOnlyList<float> Columns { get; }

    /// <summary>The signature of images: per label they are stacked as columns of pixels in 0..1, and the first left singular vectors are kept.</summary>
    /// <param name="images">A client's training images.</param><param name="settings">Resolved settings.</param><param name="seed">The federation's: the projection is common to all.</param>
    public static Signature Of(ImageSet images, SignatureSettings settings, ulong seed)
    {
        int pixels = images.Geometry.Size, kept = settings.Vectors!.Value, dimension = settings.Projection is > 0 and var p ? p : pixels;
        var projection = dimension == pixels && settings.Projection == 0 ? null : Projection(dimension, pixels, seed);
        var columns = new List<float>();
        var chw = new byte[pixels];
        foreach (var label in Enumerable.Range(0, images.Count).GroupBy(images.Label).OrderBy(g => g.Key))
        {
            var stacked = Matrix<double>.Build.Dense(pixels, label.Count());
            int column = 0;
            foreach (int i in label)
            {
                images.Read(i, chw);
                stacked.SetColumn(column++, [.. chw.Select(v => v / 255.0)]);
            }
            foreach (var direction in LeftSingular(projection is null ? stacked : projection * stacked, kept))
                columns.AddRange(direction.Select(v => (float)(Half)v));
        }
        return new(dimension, [.. columns]);
    }

    /// <summary>As it travels: 16-bit floats behind a head of 8 bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Head + 2 * Columns.Count];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Dimension);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Columns.Count / Dimension);
        for (int i = 0; i < Columns.Count; i++) BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(Head + 2 * i), (Half)Columns[i]);
        return bytes;
    }

    /// <summary>Reads what a client sent.</summary>
    /// <exception cref="PayloadException">It is no signature; says why.</exception>
    public static Signature Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Head) throw new PayloadException($"the signature has {bytes.Length} bytes; its head alone has {Head}.");
        int dimension = BinaryPrimitives.ReadInt32LittleEndian(bytes), count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (dimension is < 1 or > MostDimensions || count is < 1 or > MostColumns)
            throw new PayloadException($"the signature has {count} columns of {dimension} numbers; 1..{MostColumns} of 1..{MostDimensions} are allowed.");
        if (bytes.Length != Head + 2L * dimension * count)
            throw new PayloadException($"the signature has {bytes.Length} bytes; {count} columns of {dimension} numbers make {Head + 2L * dimension * count}.");
        var columns = new float[dimension * count];
        for (int i = 0; i < columns.Length; i++) columns[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(Head + 2 * i)..]);
        for (int c = 0; c < count; c++)
            if (Math.Sqrt(Sums.OfSquares(columns.AsSpan(c * dimension, dimension))) is var length && !(length is > 0.9 and < 1.1))
                throw new PayloadException(FormattableString.Invariant($"column {c} of the signature has length {length:G3}; 1 is expected."));
        return new(dimension, columns);
    }

    /// <summary>The smallest angle between any two columns, degrees, 0..90 (as PACFL, AAAI 2023).</summary>
    /// <exception cref="PayloadException">They have columns of different sizes.</exception>
    public static double Distance(Signature a, Signature b)
    {
        if (a.Dimension != b.Dimension) throw new PayloadException($"signatures of {a.Dimension} and {b.Dimension} numbers a column cannot be compared.");
        var (x, y, n) = ((float[])a.Columns, (float[])b.Columns, a.Dimension);
        double nearest = 0;
        for (int i = 0; i < x.Length; i += n)
            for (int j = 0; j < y.Length; j += n)
                nearest = Math.Max(nearest, Math.Abs(Sums.OfProducts(x.AsSpan(i, n), y.AsSpan(j, n))));
        return Math.Acos(Math.Min(1, nearest)) * 180 / Math.PI;
    }

    // Eigenvectors of the smaller of X X^T and X^T X: a client has far fewer images than an image has pixels, or a projection has few dimensions.
    private static IEnumerable<double[]> LeftSingular(Matrix<double> x, int count)
    {
        bool tall = x.RowCount > x.ColumnCount;
        var eigen = (tall ? x.TransposeThisAndMultiply(x) : x.TransposeAndMultiply(x)).Evd(Symmetricity.Symmetric);
        int size = eigen.EigenValues.Count;
        for (int k = 0; k < Math.Min(count, size); k++)
        {
            var vector = eigen.EigenVectors.Column(size - 1 - k);
            var direction = tall ? x * vector : vector;
            // Directions that the images do not have.
            if (eigen.EigenValues[size - 1 - k].Real <= 1e-9 * Math.Max(1e-300, eigen.EigenValues[size - 1].Real)) yield break;
            yield return direction.Normalize(2).ToArray();
        }
    }

    private static Matrix<double> Projection(int dimension, int pixels, ulong seed)
    {
        var draws = new Draws(Seeds.Derive(seed, Purpose.Projection), DrawPurpose.Subset, 0, 0);
        return Matrix<double>.Build.Dense(dimension, pixels, (_, _) => draws.Chance(0.5) ? 1 : -1);
    }
}
