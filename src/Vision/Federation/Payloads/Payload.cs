using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Learngene.Vision.Safetensors;

namespace Learngene.Vision.Federation;

/// <summary>
/// Writes what travels between server and clients: a head of about 40 bytes, the values of the layers in it, an XxHash3. 8- and 4-bit numbers share
/// one 16-bit scale a block: a row of the tensor, or as many whole rows as make at least 256 or 64 values.
/// </summary>
public static class Payload
{
    /// <summary>Bytes that <see cref="Write"/> makes, exactly.</summary>
    public static long Length(FederatedLayout layout, PayloadHeader header) =>
        PayloadFormat.HeadLength(layout, header.Scores is not null, header.TopK > 0)
        + header.Layers.Sum(l => PayloadFormat.BodyLength(layout.Layers[l], header.Encoding, header.TopK)) + PayloadFormat.Trailer;

    /// <summary>Writes the layers of <paramref name="values"/> that the header names.</summary>
    /// <param name="layout">What is exchanged.</param><param name="header">What it says of itself.</param>
    /// <param name="values">All values, in the layout's order; those of other layers are not looked at.</param>
    /// <param name="seed">Of the stochastic rounding of int4, and of int8 in differences.</param>
    /// <exception cref="PayloadException">A value is not finite or too large for the encoding, or the whole too long.</exception>
    public static byte[] Write(FederatedLayout layout, PayloadHeader header, ReadOnlyMemory<float> values, ulong seed)
    {
        PayloadFormat.CheckHead(header, header.TopK > 0);
        long length = Length(layout, header);
        if (length > Array.MaxLength) throw new PayloadException($"the payload would have {length} bytes; at most {Array.MaxLength} are allowed.");
        var bytes = new byte[length];
        WriteTo(bytes, layout, header, l => layout.Slice(values.Span, l), seed);
        return bytes;
    }

    /// <summary>Writes the layers that the header names, wherever their values are.</summary>
    /// <param name="bytes">Where to, <see cref="Length"/> bytes.</param><param name="layout">What is exchanged.</param><param name="header">What it says of itself, checked.</param><param name="values">The values of a layer.</param>
    /// <param name="seed">Of the stochastic rounding.</param>
    /// <exception cref="PayloadException">A value is not finite or too large for the encoding.</exception>
    internal static void WriteTo(Span<byte> bytes, FederatedLayout layout, PayloadHeader header, LayerValues values, ulong seed)
    {
        bytes.Clear(); // bits are set in it, none is taken away
        PayloadFormat.WriteHead(layout, header, bytes);
        int at = PayloadFormat.HeadLength(layout, header.Scores is not null, header.TopK > 0);
        foreach (int l in header.Layers)
        {
            var layer = layout.Layers[l];
            int size = (int)PayloadFormat.BodyLength(layer, header.Encoding, header.TopK);
            WriteLayer(layer, header, values(l), Seeds.Derive(seed, (ulong)l), bytes.Slice(at, size));
            at += size;
        }
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], PayloadFormat.Hash(bytes));
    }

    internal delegate ReadOnlySpan<float> LayerValues(int layer);

    private static void WriteLayer(FederatedLayer layer, PayloadHeader header, ReadOnlySpan<float> values, ulong seed, Span<byte> body)
    {
        if (Singles.IndexOfNonFinite([], TensorType.F32, values) is var wrong and >= 0)
            throw new PayloadException(FormattableString.Invariant($"value {wrong} of {layer.Name} is {values[wrong]}; only finite values travel."));
        if (header.TopK <= 0)
        {
            WriteValues(layer.Name, header, values, layer.BlocksOf(header.Encoding), seed, body);
            return;
        }
        int count = Largest.Count(values.Length, header.TopK);
        var places = ArrayPool<int>.Shared.Rent(count);
        var kept = ArrayPool<float>.Shared.Rent(count);
        Largest.Find(values, places.AsSpan(0, count));
        for (int i = 0; i < count; i++) kept[i] = values[places[i]];
        AscendingPlaces.Write(places.AsSpan(0, count), values.Length, body);
        WriteValues(layer.Name, header, kept.AsSpan(0, count), Blocks.Of(count, header.Encoding), seed, body[(int)AscendingPlaces.Length(count, values.Length)..]);
        ArrayPool<int>.Shared.Return(places);
        ArrayPool<float>.Shared.Return(kept);
    }

    private static void WriteValues(string name, PayloadHeader header, ReadOnlySpan<float> values, Blocks blocks, ulong seed, Span<byte> body)
    {
        switch (header.Encoding)
        {
            case PayloadEncoding.F32:
                MemoryMarshal.AsBytes(values).CopyTo(body);
                break;
            case PayloadEncoding.F16 or PayloadEncoding.Bf16:
                var type = header.Encoding == PayloadEncoding.F16 ? TensorType.F16 : TensorType.BF16;
                Singles.Narrow(values, type, body);
                if (Singles.IndexOfOverflow(values, type, body) is var large and >= 0) throw TooLarge(name, values[large], header.Encoding);
                break;
            default:
                Quantised.Write(values, blocks, header.Encoding, Dithered(header) ? seed : null, body);
                if (Quantised.IndexOfBadScale(body, blocks) >= 0) throw TooLarge(name, values[System.Numerics.Tensors.TensorPrimitives.IndexOfMaxMagnitude(values)], header.Encoding);
                break;
        }
    }

    private static bool Dithered(PayloadHeader header) => header.Encoding == PayloadEncoding.Int4 || header.Kind == PayloadKind.Differences;

    private static PayloadException TooLarge(string layer, float value, PayloadEncoding encoding) =>
        new(FormattableString.Invariant($"{layer} has a value of {value}, too large for {encoding.ToString().ToLowerInvariant()}."));
}
