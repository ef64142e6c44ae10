using Learngene.Vision.Data;

namespace Learngene.Vision.Federation;

/// <summary>
/// Principal directions of a client's images, per label, as unit columns (METHODS 3.3). It reveals those directions and how many labels the client
/// has; a random projection coarsens them.
/// </summary>
public sealed class Signature
{
    private Signature(int dimension, float[] columns) => (Dimension, Columns) = (dimension, columns);

    /// <summary>Numbers in a column.</summary>
    public int Dimension { get; }
    /// <summary>The unit columns, one after the other (columns x Dimension).</summary>
    public IReadOnlyList<float> Columns { get; }

    /// <summary>The signature of images.</summary>
    /// <param name="images">A client's training images.</param><param name="settings">Resolved settings.</param><param name="seed">The federation's: the projection is common to all.</param>
    public static Signature Of(ImageSet images, SignatureSettings settings, ulong seed) => throw new NotImplementedException();

    /// <summary>As it travels: 16-bit floats behind a header of 8 bytes.</summary>
    public byte[] ToBytes() => throw new NotImplementedException();

    /// <summary>Reads what a client sent.</summary>
    /// <exception cref="PayloadException">It is no signature; says why.</exception>
    public static Signature Parse(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>The smallest angle between any two columns, degrees, 0..90.</summary>
    public static double Distance(Signature a, Signature b) => throw new NotImplementedException();
}
