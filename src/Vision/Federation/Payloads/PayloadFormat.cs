using System.Buffers.Binary;
using System.IO.Hashing;

namespace Learngene.Vision.Federation;

/// <summary>
/// Where things are in a payload; all little-endian. 0 magic "LGF1", 4 kind, 5 encoding, 6 flags (1 scores, 2 top-k), 7 zero, 8 fingerprint of the
/// layout, 16 round, 20 samples, 24 loss, 28 accuracy, 32 one bit a layer; then, where flagged, the share of top-k (8 bytes) and a score a layer of
/// the model (4); zeros up to a multiple of 4; the layers' values; XxHash3 of all before it (8).
/// </summary>
internal static class PayloadFormat
{
    public const uint Magic = 0x3146_474C;
    public const int Trailer = 8;
    private const int Bitmap = 32;
    private const byte HasScores = 1, HasTopK = 2;

    /// <summary>Bytes before the first layer's values.</summary>
    public static int HeadLength(FederatedLayout layout, bool scores, bool topK) =>
        (Bitmap + (layout.Layers.Count + 7) / 8 + (topK ? 8 : 0) + (scores ? 4 * layout.ModelLayers : 0) + 3) & ~3;

    /// <summary>Bytes of a layer's values.</summary>
    public static long BodyLength(FederatedLayer layer, PayloadEncoding encoding, double topK)
    {
        int count = Largest.Count(layer.Count, topK);
        long places = topK > 0 ? AscendingPlaces.Length(count, layer.Count) : 0;
        return places + encoding switch
        {
            PayloadEncoding.F32 => 4L * count,
            PayloadEncoding.F16 or PayloadEncoding.Bf16 => 2L * count,
            _ => Quantised.Length(topK > 0 ? Blocks.Of(count, encoding) : layer.BlocksOf(encoding), encoding),
        };
    }

    public static void WriteHead(FederatedLayout layout, PayloadHeader header, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        bytes[4] = (byte)header.Kind;
        bytes[5] = (byte)header.Encoding;
        bytes[6] = (byte)((header.Scores is null ? 0 : HasScores) | (header.TopK > 0 ? HasTopK : 0));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], layout.Fingerprint);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], header.Round);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], header.Samples);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[24..], header.Loss);
        BinaryPrimitives.WriteSingleLittleEndian(bytes[28..], header.Accuracy);
        foreach (int layer in header.Layers) bytes[Bitmap + layer / 8] |= (byte)(1 << layer % 8);
        int at = Bitmap + (layout.Layers.Count + 7) / 8;
        if (header.TopK > 0)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes[at..], header.TopK);
            at += 8;
        }
        if (header.Scores is { } scores)
            for (int l = 0; l < scores.Count; l++) BinaryPrimitives.WriteSingleLittleEndian(bytes[(at + 4 * l)..], scores[l]);
    }

    /// <summary>Reads a head; the bytes behind it are not looked at.</summary>
    public static PayloadHeader ReadHead(FederatedLayout layout, ReadOnlySpan<byte> bytes)
    {
        int bitmapEnd = Bitmap + (layout.Layers.Count + 7) / 8;
        if (bytes.Length < bitmapEnd + Trailer) throw new PayloadException($"the payload has {bytes.Length} bytes; even an empty one has {HeadLength(layout, false, false) + Trailer}.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) is var magic && magic != Magic)
            throw new PayloadException($"the payload starts with {magic:x8}, not with {Magic:x8}; is it a payload of this version?");
        ulong fingerprint = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (fingerprint != layout.Fingerprint)
            throw new PayloadException($"the payload is of a model with fingerprint {fingerprint:x16}; this federation's is {layout.Fingerprint:x16}.");
        byte kind = bytes[4], encoding = bytes[5], flags = bytes[6];
        if (kind > (byte)PayloadKind.Differences || encoding > (byte)PayloadEncoding.Int4 || flags > (HasScores | HasTopK) || bytes[7] != 0)
            throw new PayloadException($"the payload has kind {kind}, encoding {encoding}, flags {flags} and a reserved byte {bytes[7]}; at most 1, 4, 3 and 0 are allowed.");
        bool scores = (flags & HasScores) != 0, topK = (flags & HasTopK) != 0;
        int head = HeadLength(layout, scores, topK), at = bitmapEnd;
        if (bytes.Length < head + Trailer) throw new PayloadException($"the payload has {bytes.Length} bytes; its head and hash alone need {head + Trailer}.");
        var header = new PayloadHeader
        {
            Kind = (PayloadKind)kind, Encoding = (PayloadEncoding)encoding,
            Round = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]), Samples = BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            Loss = BinaryPrimitives.ReadSingleLittleEndian(bytes[24..]), Accuracy = BinaryPrimitives.ReadSingleLittleEndian(bytes[28..]),
            Layers = ReadLayers(layout.Layers.Count, bytes[Bitmap..bitmapEnd]),
            TopK = topK ? BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]) : 0,
            Scores = scores ? ReadScores(layout.ModelLayers, bytes[(at + (topK ? 8 : 0))..]) : null,
        };
        CheckHead(header, topK);
        return header;
    }

    /// <summary>Refuses numbers that no honest payload has.</summary>
    public static void CheckHead(PayloadHeader header, bool topK)
    {
        if (header.Round < 0 || header.Samples < 0)
            throw new PayloadException($"the payload says round {header.Round} and {header.Samples} samples; neither is negative.");
        if (!float.IsFinite(header.Loss) || !(header.Accuracy is >= 0 and <= 1))
            throw new PayloadException(FormattableString.Invariant($"the payload says loss {header.Loss} and accuracy {header.Accuracy}; a finite loss and an accuracy in 0..1 are allowed."));
        if (topK && !(header.TopK is > 0 and <= 1))
            throw new PayloadException(FormattableString.Invariant($"the payload says that a share of {header.TopK} of the values is in it; above 0 and at most 1 is allowed."));
        if (header.Scores?.FirstOrDefault(s => !float.IsFinite(s), 0) is { } bad and not 0)
            throw new PayloadException(FormattableString.Invariant($"the payload has a score of {bad}; scores are finite."));
    }

    public static ulong Hash(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes[..^Trailer]);

    private static int[] ReadLayers(int count, ReadOnlySpan<byte> bitmap)
    {
        var layers = new List<int>();
        for (int l = 0; l < 8 * bitmap.Length; l++)
            if ((bitmap[l / 8] >> l % 8 & 1) != 0) layers.Add(l);
        if (layers.Count > 0 && layers[^1] >= count) throw new PayloadException($"the payload names layer {layers[^1]}; the model has {count} layers.");
        return [.. layers];
    }

    private static float[] ReadScores(int count, ReadOnlySpan<byte> bytes)
    {
        var scores = new float[count];
        for (int l = 0; l < count; l++) scores[l] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * l)..]);
        return scores;
    }
}
