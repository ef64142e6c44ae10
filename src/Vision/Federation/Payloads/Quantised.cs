using System.Buffers;
using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Learngene.Vision.Federation;

/// <summary>
/// Values as whole numbers of 8 or 4 bits times the scale of their block: first the scales (16-bit floats), then the numbers. Of 4-bit numbers the
/// first half lies in the low halves of the bytes, the second in the high halves, so that both come out without a shuffle.
/// </summary>
internal static class Quantised
{
    private const int Piece = 1024;

    /// <summary>Bytes of so many values.</summary>
    public static long Length(Blocks blocks, PayloadEncoding encoding) => 2L * blocks.Count + (encoding == PayloadEncoding.Int8 ? blocks.Values : Half(blocks.Values));

    /// <summary>Writes values.</summary>
    /// <param name="values">Finite.</param><param name="blocks">Of as many values.</param><param name="encoding">int8 or int4.</param>
    /// <param name="dither">Seed of stochastic rounding; null rounds to the nearest.</param><param name="body">Where to; exactly as long as needed.</param>
    public static void Write(ReadOnlySpan<float> values, Blocks blocks, PayloadEncoding encoding, ulong? dither, Span<byte> body)
    {
        int most = encoding == PayloadEncoding.Int8 ? 127 : 7, half = Half(values.Length);
        var numbers = body[(2 * blocks.Count)..];
        sbyte[]? rented = encoding == PayloadEncoding.Int4 ? ArrayPool<sbyte>.Shared.Rent(values.Length) : null;
        var whole = rented is null ? MemoryMarshal.Cast<byte, sbyte>(numbers) : rented.AsSpan(0, values.Length);
        for (int from = 0; from < values.Length;)
        {
            var (block, end) = blocks.At(from);
            var scale = ScaleOf(values[from..end], most);
            BinaryPrimitives.WriteHalfLittleEndian(body[(2 * block)..], scale);
            Round(values[from..end], scale == default ? 0 : 1 / (float)scale, most, dither, from, whole[from..end]);
            from = end;
        }
        if (rented is null) return;
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = (byte)((whole[i] & 15) | (i + half < whole.Length ? whole[i + half] << 4 : 0));
        ArrayPool<sbyte>.Shared.Return(rented);
    }

    /// <summary>Reads values from any place on.</summary>
    public static void Read(ReadOnlySpan<byte> body, Blocks blocks, PayloadEncoding encoding, int from, Span<float> values)
    {
        var numbers = body[(2 * blocks.Count)..];
        int half = Half(blocks.Values);
        for (int done = 0; done < values.Length;)
        {
            var (block, end) = blocks.At(from + done);
            int at = from + done, n = Math.Min(end - at, values.Length - done);
            if (encoding == PayloadEncoding.Int4 && at < half) n = Math.Min(n, half - at);
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(body[(2 * block)..]);
            var to = values.Slice(done, n);
            if (encoding == PayloadEncoding.Int8) Widen(numbers.Slice(at, n), scale, to, shift: 0);
            else if (at < half) Widen(numbers.Slice(at, n), scale, to, shift: 4);
            else Widen(numbers.Slice(at - half, n), scale, to, shift: -4);
            done += n;
        }
    }

    /// <summary>The first scale that is negative, infinite or no number, or -1.</summary>
    public static int IndexOfBadScale(ReadOnlySpan<byte> body, Blocks blocks)
    {
        var bits = MemoryMarshal.Cast<byte, ushort>(body[..(2 * blocks.Count)]);
        return bits.IndexOfAnyExceptInRange((ushort)0, (ushort)0x7BFF);
    }

    private static int Half(int values) => (values + 1) / 2;

    // Rounded up, so that the largest value of the block still fits the largest number.
    private static Half ScaleOf(ReadOnlySpan<float> values, int most)
    {
        float exact = Math.Abs(TensorPrimitives.MaxMagnitude(values)) / most;
        var scale = (Half)exact;
        return (float)scale < exact ? System.Half.BitIncrement(scale) : scale;
    }

    private static void Round(ReadOnlySpan<float> values, float inverse, int most, ulong? dither, int first, Span<sbyte> whole)
    {
        Span<float> scaled = stackalloc float[Piece];
        for (int from = 0; from < values.Length; from += Piece)
        {
            int n = Math.Min(Piece, values.Length - from);
            var piece = scaled[..n];
            TensorPrimitives.Multiply(values.Slice(from, n), inverse, piece);
            if (dither is { } seed)
                for (int i = 0; i < n; i++) piece[i] = MathF.Floor(piece[i] + Uniform(seed, (uint)(first + from + i)));
            else
                TensorPrimitives.Round(piece, piece);
            for (int i = 0; i < n; i++) whole[from + i] = (sbyte)Math.Clamp((int)piece[i], -most, most);
        }
    }

    // A number in 0..1 for each place: what a value is rounded to does not depend on how the work is cut.
    private static float Uniform(ulong seed, uint place)
    {
        ulong z = seed + place * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (z >> 40) * (1f / (1 << 24));
    }

    // Shift 4: the low half of a byte, -4: the high half, 0: the whole of it; all signed.
    private static void Widen(ReadOnlySpan<byte> numbers, float scale, Span<float> values, int shift)
    {
        ref var from = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, sbyte>(numbers));
        ref var to = ref MemoryMarshal.GetReference(values);
        nuint i = 0, length = (nuint)numbers.Length;
        for (; i + 16 <= length; i += 16)
        {
            var bytes = Vector128.LoadUnsafe(ref from, i);
            if (shift > 0) bytes = (bytes << 4) >> 4;
            else if (shift < 0) bytes >>= 4;
            var low = Vector256.WidenLower(Vector256.Create(bytes, default));
            var (a, b) = Vector256.Widen(low);
            (Vector256.ConvertToSingle(a) * scale).StoreUnsafe(ref to, i);
            (Vector256.ConvertToSingle(b) * scale).StoreUnsafe(ref to, i + 8);
        }
        for (; i < length; i++)
        {
            int number = (sbyte)numbers[(int)i];
            if (shift > 0) number = (sbyte)(number << 4) >> 4;
            else if (shift < 0) number >>= 4;
            values[(int)i] = number * scale;
        }
    }
}
