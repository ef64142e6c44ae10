namespace Learngene.Vision.Federation;

/// <summary>
/// Reads a payload that may be hostile: opening checks every length, the fingerprint, the hash, and that no scale is infinite, before anything
/// is believed. Holds no memory of its own but the header; safe to read from several threads.
/// </summary>
public sealed class PayloadReader
{
    private PayloadReader(PayloadHeader header, ReadOnlyMemory<byte> bytes) => (Header, Bytes) = (header, bytes);

    /// <summary>What it says of itself.</summary>
    public PayloadHeader Header { get; }
    /// <summary>All of it.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Opens a payload.</summary>
    /// <param name="bytes">All of it, nothing behind it.</param><param name="layout">What is exchanged.</param>
    /// <param name="verify">Whether the hash is computed; false where that was done when it came in.</param>
    /// <exception cref="PayloadException">It cannot be used.</exception>
    public static PayloadReader Open(ReadOnlyMemory<byte> bytes, FederatedLayout layout, bool verify = true) => throw new NotImplementedException();

    /// <summary>Whether a layer is in it.</summary>
    public bool Has(int layer) => throw new NotImplementedException();

    /// <summary>Values of a layer.</summary>
    /// <param name="layer">One that is in it.</param><param name="from">First value, 0 to the layer's count.</param><param name="values">Where to; as many as fit.</param>
    public void Read(int layer, int from, Span<float> values) => throw new NotImplementedException();

    /// <summary>L2 norm over all values. Finite exactly if all of them are.</summary>
    public double Norm() => throw new NotImplementedException();
}
