using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Federation;

/// <summary>
/// Reads a payload that may be hostile: opening checks every length, the fingerprint, the hash, that no scale is infinite and that places ascend,
/// before anything is believed. Holds no memory of its own but the head; safe to read from several threads.
/// </summary>
public sealed class PayloadReader
{
    private const int Piece = 4096;
    private readonly FederatedLayout _layout;
    private readonly int[] _bodies;

    private PayloadReader(FederatedLayout layout, PayloadHeader header, ReadOnlyMemory<byte> bytes, int[] bodies) =>
        (_layout, Header, Bytes, _bodies) = (layout, header, bytes, bodies);

    /// <summary>What it says of itself.</summary>
    public PayloadHeader Header { get; }
    /// <summary>All of it.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Opens a payload.</summary>
    /// <param name="bytes">All of it, nothing behind it.</param><param name="layout">What is exchanged.</param>
    /// <param name="verify">Whether hash, scales and places are looked at; false where that was done when it came in.</param>
    /// <exception cref="PayloadException">It cannot be used.</exception>
    public static PayloadReader Open(ReadOnlyMemory<byte> bytes, FederatedLayout layout, bool verify = true)
    {
        var span = bytes.Span;
        var header = PayloadFormat.ReadHead(layout, span);
        long length = Payload.Length(layout, header);
        if (length != span.Length)
            throw new PayloadException($"the payload has {span.Length} bytes; {header.Layers.Count} layers in {header.Encoding.ToString().ToLowerInvariant()} make {length}.");
        var bodies = new int[layout.Layers.Count];
        Array.Fill(bodies, -1);
        int at = PayloadFormat.HeadLength(layout, header.Scores is not null, header.TopK > 0);
        foreach (int l in header.Layers)
        {
            bodies[l] = at;
            at += (int)PayloadFormat.BodyLength(layout.Layers[l], header.Encoding, header.TopK);
        }
        var reader = new PayloadReader(layout, header, bytes, bodies);
        if (verify) reader.Verify(span);
        return reader;
    }

    /// <summary>Whether a layer is in it.</summary>
    public bool Has(int layer) => _bodies[layer] >= 0;

    /// <summary>Values of a layer.</summary>
    /// <param name="layer">One that is in it.</param><param name="from">First value, 0 to the layer's count.</param><param name="values">Where to; as many as fit.</param>
    /// <exception cref="ArgumentOutOfRangeException">The layer is not in it, or does not have as many values.</exception>
    public void Read(int layer, int from, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(_bodies[layer], nameof(layer));
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from + (long)values.Length, _layout.Layers[layer].Count, nameof(values));
        if (values.IsEmpty) return;
        var shape = _layout.Layers[layer];
        if (Header.TopK > 0) ReadSparse(shape, from, values);
        else ReadDense(Body(shape), shape.BlocksOf(Header.Encoding), from, values);
    }

    /// <summary>L2 norm over all values. Finite exactly if all of them are.</summary>
    public double Norm() => Measure().Norm;

    /// <summary>The norm, and the largest magnitude, both over all values.</summary>
    internal (double Norm, float Largest) Measure()
    {
        double sum = 0;
        float largest = 0;
        foreach (int l in Header.Layers)
            ForEachPiece(l, (_, values) =>
            {
                sum += Sums.OfSquares(values);
                largest = Math.Max(largest, Math.Abs(TensorPrimitives.MaxMagnitude(values)));
            });
        return (Math.Sqrt(sum), largest);
    }

    /// <summary>The whole layer piece by piece; of f32 without copying.</summary>
    internal void ForEachPiece(int layer, PieceAction action)
    {
        var shape = _layout.Layers[layer];
        if (Header is { Encoding: PayloadEncoding.F32, TopK: 0 })
        {
            action(0, MemoryMarshal.Cast<byte, float>(Body(shape)));
            return;
        }
        // A sparse layer is found from its beginning on every time, so it comes in one piece.
        int piece = Header.TopK > 0 ? shape.Count : Math.Min(Piece, shape.Count);
        var rented = ArrayPool<float>.Shared.Rent(piece);
        for (int from = 0; from < shape.Count; from += piece)
        {
            var values = rented.AsSpan(0, Math.Min(piece, shape.Count - from));
            Read(layer, from, values);
            action(from, values);
        }
        ArrayPool<float>.Shared.Return(rented);
    }

    internal delegate void PieceAction(int from, ReadOnlySpan<float> values);

    private ReadOnlySpan<byte> Body(FederatedLayer layer) =>
        Bytes.Span.Slice(_bodies[layer.Index], (int)PayloadFormat.BodyLength(layer, Header.Encoding, Header.TopK));

    private void ReadDense(ReadOnlySpan<byte> body, Blocks blocks, int from, Span<float> values)
    {
        switch (Header.Encoding)
        {
            case PayloadEncoding.F32:
                MemoryMarshal.Cast<byte, float>(body).Slice(from, values.Length).CopyTo(values);
                break;
            case PayloadEncoding.F16:
                Singles.Widen(body.Slice(2 * from, 2 * values.Length), TensorType.F16, values);
                break;
            case PayloadEncoding.Bf16:
                Singles.Widen(body.Slice(2 * from, 2 * values.Length), TensorType.BF16, values);
                break;
            default:
                Quantised.Read(body, blocks, Header.Encoding, from, values);
                break;
        }
    }

    private void ReadSparse(FederatedLayer layer, int from, Span<float> values)
    {
        int count = Largest.Count(layer.Count, Header.TopK);
        var places = ArrayPool<int>.Shared.Rent(count);
        var kept = ArrayPool<float>.Shared.Rent(count);
        var body = Body(layer);
        if (!AscendingPlaces.TryRead(body, layer.Count, places.AsSpan(0, count))) throw BadPlaces(layer);
        ReadDense(body[(int)AscendingPlaces.Length(count, layer.Count)..], Blocks.Of(count, Header.Encoding), 0, kept.AsSpan(0, count));
        values.Clear();
        for (int i = 0; i < count; i++)
            if ((uint)(places[i] - from) < (uint)values.Length) values[places[i] - from] = kept[i];
        ArrayPool<int>.Shared.Return(places);
        ArrayPool<float>.Shared.Return(kept);
    }

    private void Verify(ReadOnlySpan<byte> bytes)
    {
        ulong says = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^PayloadFormat.Trailer..]), is_ = PayloadFormat.Hash(bytes);
        if (says != is_) throw new PayloadException($"the payload's hash is {is_:x16}, not {says:x16} as it says; it was damaged on its way.");
        foreach (var layer in Header.Layers.Select(l => _layout.Layers[l]))
        {
            var body = Body(layer);
            int count = Largest.Count(layer.Count, Header.TopK);
            if (Header.TopK > 0)
            {
                var places = ArrayPool<int>.Shared.Rent(count);
                bool ascend = AscendingPlaces.TryRead(body, layer.Count, places.AsSpan(0, count));
                ArrayPool<int>.Shared.Return(places);
                if (!ascend) throw BadPlaces(layer);
                body = body[(int)AscendingPlaces.Length(count, layer.Count)..];
            }
            var blocks = Header.TopK > 0 ? Blocks.Of(count, Header.Encoding) : layer.BlocksOf(Header.Encoding);
            if (Header.Encoding >= PayloadEncoding.Int8 && Quantised.IndexOfBadScale(body, blocks) is var block and >= 0)
                throw new PayloadException($"scale {block} of {layer.Name} is {BinaryPrimitives.ReadHalfLittleEndian(body[(2 * block)..])}; scales are finite and not negative.");
        }
    }

    private static PayloadException BadPlaces(FederatedLayer layer) => new($"the places of {layer.Name} do not ascend below {layer.Count}.");
}
